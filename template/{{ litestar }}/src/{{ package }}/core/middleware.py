"""What happens to every request: an id, a log line, metrics, protective headers.

Litestar runs the middleware of an application within each route, where it sees neither unknown
paths nor what other middleware answers. These go around all of it; ``app.py`` wraps them.
"""

import re
import time
from collections.abc import Collection
from functools import lru_cache
from secrets import token_hex

import structlog
from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path
from prometheus_client import Counter, Histogram
from structlog.typing import FilteringBoundLogger

from .exception_handlers import DETAILS, respond
from .metrics import HTTP_DURATION, HTTP_REQUESTS, UNKNOWN_ROUTE

logger: FilteringBoundLogger = structlog.get_logger()

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
MAX_HEAD = 32 * 1024  # bytes
MAX_PARTS = 500
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
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        started = time.perf_counter()
        path = scope["path"]  # routing puts the path of the route in its place
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", request_id)]
                # A copy: Litestar's cache of responses keeps the message, for other requests.
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:  # half an answer is out already: the server has to break it off
            logger.exception("request failed")
            raise
        finally:
            _record(scope, path, status, time.perf_counter() - started)


class AllowedHostsMiddleware:
    """Refuses requests whose ``Host`` is not one of ``hosts``.

    A host that begins with ``*.`` allows all names below it. Health probes and collectors of
    metrics are let through: they come with whatever address they know. Litestar's middleware of
    this kind guards known paths only, and answers without a problem document.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._exact = {host.lower() for host in hosts if not host.startswith("*.")}
        self._suffixes = tuple(host[1:].lower() for host in hosts if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or self._is_allowed(scope):
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, 400, "This service does not answer for that host.")

    def _is_allowed(self, scope: HTTPScope) -> bool:
        if scope["path"] in MONITORING_PATHS:
            return True
        host = Headers.from_scope(scope).get("host", "")
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host.lower()
        return name in self._exact or name.endswith(self._suffixes)


class ExactPathMiddleware:
    """Refuses paths with a trailing or a double slash, which Litestar would take for others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] == normalize_path(scope["path"]):
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, 404, DETAILS[404])


class HeadLimitMiddleware:
    """Refuses requests whose path, query and header fields are more than ``MAX_HEAD`` bytes.

    Nor may a query or a cookie have more than ``MAX_PARTS``. Litestar keeps in memory what it read
    of the last 1,024 paths, queries and cookies, and uvicorn sets no limit to header fields: what
    callers send would stay there, and many small parts take 30 times the bytes they came in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or self._is_short(scope):
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, 431, "The head of the request is too large.")

    @staticmethod
    def _is_short(scope: HTTPScope) -> bool:
        query = scope.get("query_string", b"")
        size = len(scope["path"]) + len(query)
        parts = query.count(b"&")
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name == b"cookie":
                parts = max(parts, value.count(b";"))
        return size <= MAX_HEAD and parts < MAX_PARTS


class SecurityHeaders:
    """Hook that tells browsers to be careful with every answer (OWASP Secure Headers Project).

    ``hsts`` adds ``Strict-Transport-Security`` for a year, for services behind HTTPS.
    """

    def __init__(self, *, hsts: bool) -> None:
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
        ]
        if hsts:
            self._headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, message: Message, scope: Scope) -> None:
        del scope
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *self._headers]


async def _refuse(scope: HTTPScope, receive: Receive, send: Send, status: int, detail: str) -> None:
    response = respond(scope["path"], status, detail)
    answer = response.to_asgi_response(app=None, request=Request(scope))
    await answer(scope, receive, send)


def _request_id(scope: HTTPScope) -> bytes:
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


def _record(scope: HTTPScope, path: str, status: int, duration: float) -> None:
    # Cut off before there was an answer, as by a shutdown that takes too long: nginx's name for it.
    status = status or 499
    method = scope["method"] if scope["method"] in METHODS else "other"
    # The template, not the path: every id in a path would make a time series of its own.
    route = scope.get("path_template") or UNKNOWN_ROUTE
    requests, durations = _samples(method, route, status)
    requests.inc()
    durations.observe(duration)
    log = logger.debug if path in MONITORING_PATHS else logger.info
    log(
        "request",
        method=method,
        route=route,
        status=status,
        duration_ms=round(duration * 1000, 2),
    )
