"""What happens to every request: an id, a log line, metrics, protective headers.

Plain ASGI on purpose: ``BaseHTTPMiddleware`` halves the throughput of a small endpoint.
"""

import time
from collections.abc import Collection

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from .exception_handlers import respond
from .failures import DETAILS, UNEXPECTED
from .hosts import AllowedHosts
from .request_records import MONITORING_PATHS, record, request_id
from .security_headers import security_headers

logger: FilteringBoundLogger = structlog.get_logger()


class RequestContextMiddleware:
    """Gives the request its id, logs it and counts it.

    The id is the caller's ``X-Request-ID`` where that can be one. It is bound to every log line of
    the request and sent back with the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        id_ = request_id(given)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=id_)
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", id_.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            record(
                scope["method"],
                scope["path"],
                route=getattr(scope.get("route"), "path", None),
                status=status,
                duration=time.perf_counter() - started,
            )


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
            response = respond(Request(scope), 500, UNEXPECTED)
            await response(scope, receive, send)


class SecurityHeadersMiddleware:
    """Adds ``security_headers`` to every answer; what an endpoint says for itself stays."""

    def __init__(self, app: ASGIApp, *, hsts: bool) -> None:
        self._app = app
        self._headers = security_headers(hsts=hsts)

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
    """Refuses requests whose ``Host`` is not one of ``hosts``, as ``AllowedHosts`` reads them.

    Health probes and collectors of metrics are let through: they come with whatever address they
    know. Unlike Starlette's middleware of this kind it answers with a problem document.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = AllowedHosts(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in MONITORING_PATHS:
            await self._app(scope, receive, send)
            return
        if Headers(scope=scope).get("host", "") in self._hosts:
            await self._app(scope, receive, send)
            return
        response = respond(Request(scope), 400, "This service does not answer for that host.")
        await response(scope, receive, send)


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
