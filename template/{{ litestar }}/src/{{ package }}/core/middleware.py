"""What happens to every request: an id, a log line, metrics, protective headers.

Litestar runs the middleware of an application within each route, where it sees neither unknown
paths nor what other middleware answers. These go around all of it; ``app.py`` wraps them.
"""

import time
from collections.abc import Collection

import structlog
from litestar import Request
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils import normalize_path
from structlog.typing import FilteringBoundLogger

from .exception_handlers import respond
from .failures import DETAILS
from .hosts import AllowedHosts
from .request_records import MONITORING_PATHS, record, request_id
from .security_headers import security_headers

logger: FilteringBoundLogger = structlog.get_logger()

MAX_HEAD = 32 * 1024  # bytes
MAX_PARTS = 500


class RequestContextMiddleware:
    """Gives the request its id, logs it and counts it.

    The id is the caller's ``X-Request-ID`` where that can be one. It is bound to every log line of
    the request and sent back with the answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        id_ = request_id(given)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=id_)
        started = time.perf_counter()
        path = scope["path"]  # routing puts the path of the route in its place
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", id_.encode())]
                # A copy: Litestar's cache of responses keeps the message, for other requests.
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:  # half an answer is out already: the server has to break it off
            logger.exception("request failed")
            raise
        finally:
            record(
                scope["method"],
                path,
                route=scope.get("path_template"),
                status=status,
                duration=time.perf_counter() - started,
            )


class AllowedHostsMiddleware:
    """Refuses requests whose ``Host`` is not one of ``hosts``, as ``AllowedHosts`` reads them.

    Health probes and collectors of metrics are let through: they come with whatever address they
    know. Litestar's middleware of this kind guards known paths only, and answers without a problem
    document.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = AllowedHosts(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or self._is_allowed(scope):
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, 400, "This service does not answer for that host.")

    def _is_allowed(self, scope: HTTPScope) -> bool:
        if scope["path"] in MONITORING_PATHS:
            return True
        return Headers.from_scope(scope).get("host", "") in self._hosts


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
    """Hook that adds ``security_headers`` to every answer."""

    def __init__(self, *, hsts: bool) -> None:
        self._headers = [
            (name.lower().encode(), value.encode())
            for name, value in security_headers(hsts=hsts).items()
        ]

    async def __call__(self, message: Message, scope: Scope) -> None:
        del scope
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *self._headers]


async def _refuse(scope: HTTPScope, receive: Receive, send: Send, status: int, detail: str) -> None:
    response = respond(scope["path"], status, detail)
    answer = response.to_asgi_response(app=None, request=Request(scope))
    await answer(scope, receive, send)
