"""What happens to every request: an id, a log line, metrics, protective headers.

Plain ASGI on purpose: ``BaseHTTPMiddleware`` halves the throughput of a small endpoint.
"""

import re
import time
from collections.abc import Collection
from functools import lru_cache
from secrets import token_hex

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from .exception_handlers import DETAILS, METHODS, respond
from .metrics import HTTP_DURATION, HTTP_REQUESTS, UNKNOWN_ROUTE

logger: FilteringBoundLogger = structlog.get_logger()

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
MONITORING_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})


class RequestContextMiddleware:
    """Gives the request its id, logs it and counts it.

    The id is the caller's ``X-Request-ID`` when it is 1 to 128 of ``A-Z a-z 0-9 . _ -``, else a
    new one. It is bound to every log line of the request and sent back with the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            _record(scope, status, time.perf_counter() - started)


class UnexpectedErrorMiddleware:
    """Logs what nobody else caught, and answers with 500 and nothing of the inside.

    Starlette answers such errors from outside all middleware: without the headers that let a page
    of another origin read the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noticed)
        except Exception:
            logger.exception("request failed")
            if begun:  # half an answer is out already: the server has to break it off
                raise
            response = respond(Request(scope), 500, "The service failed to answer this request.")
            await response(scope, receive, send)


class SecurityHeadersMiddleware:
    """Tells browsers to be careful with every answer (OWASP Secure Headers Project).

    What an endpoint says for itself is left as it is.
    ``hsts`` adds ``Strict-Transport-Security`` for a year, for services behind HTTPS.
    """

    def __init__(self, app: ASGIApp, *, hsts: bool) -> None:
        self._app = app
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
        }
        if hsts:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class AllowedHostsMiddleware:
    """Refuses requests whose ``Host`` is not one of ``hosts``.

    A host that begins with ``*.`` allows all names below it. Health probes and collectors of
    metrics are let through: they come with whatever address they know. Unlike Starlette's
    middleware of this kind it answers with a problem document.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._exact = {host.lower() for host in hosts if not host.startswith("*.")}
        self._suffixes = tuple(host[1:].lower() for host in hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in MONITORING_PATHS:
            await self._app(scope, receive, send)
            return
        if self._is_allowed(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        response = respond(Request(scope), 400, "This service does not answer for that host.")
        await response(scope, receive, send)

    def _is_allowed(self, host: str) -> bool:
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host.lower()
        return name in self._exact or name.endswith(self._suffixes)


class BodyLimitMiddleware:
    """Refuses bodies of more than ``limit`` bytes: unread, where their length is announced.

    FastAPI's own ``max_body_size`` answers from outside all middleware, with neither a problem
    document nor a request id.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._limit:
            response = respond(Request(scope), 413, DETAILS[413])
            await response(scope, receive, send)
            return
        received = 0
        begun = refused = False

        async def send_unless_refused(message: Message) -> None:
            nonlocal begun
            if not refused:
                begun = True
                await send(message)

        async def receive_limited() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received <= self._limit:
                return message
            if not begun and not refused:
                refused = True
                await respond(Request(scope), 413, DETAILS[413])(scope, receive, send)
            # Not an exception: a stream listens here while it answers.
            return {"type": "http.disconnect"}

        try:
            await self._app(scope, receive_limited, send_unless_refused)
        except ClientDisconnect:
            if not refused:
                raise


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            if REQUEST_ID.fullmatch(value):
                return bytes(value)
            break
    return token_hex(16).encode()


@lru_cache(maxsize=1024)
def _samples(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Look the samples up once: doing it for each request would cost more than counting."""
    return HTTP_REQUESTS.labels(method, route, status), HTTP_DURATION.labels(method, route)


def _record(scope: Scope, status: int, duration: float) -> None:
    # A caller who went away before there was an answer: nginx's name for it.
    status = status or 499
    method = scope["method"] if scope["method"] in METHODS else "other"
    # The template, not the path: every id in a path would make a time series of its own.
    route = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
    requests, durations = _samples(method, route, status)
    requests.inc()
    durations.observe(duration)
    log = logger.debug if scope["path"] in MONITORING_PATHS else logger.info
    log(
        "request",
        method=method,
        route=route,
        status=status,
        duration_ms=round(duration * 1000, 2),
    )
