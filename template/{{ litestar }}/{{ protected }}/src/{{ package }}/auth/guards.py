"""Guards that demand permissions, and how the OpenAPI document tells of them."""

from typing import Any

from litestar import Router
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ControllerRouterHandler

from ..core.openapi import problems
from .authorization import authorize
from .caller import SCHEMES, CallerMiddleware
from .permissions import Principal

READING = ("GET", "HEAD", "OPTIONS")


class Requires:
    """Guard that demands to know who is asking, and that they have ``permissions``."""

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def demands(self, method: str) -> bool:
        """Whether requests with this method are looked at."""
        del method
        return True

    async def __call__(
        self,
        connection: ASGIConnection[Any, Principal | None, Any, Any],
        _handler: BaseRouteHandler,
    ) -> None:
        if self.demands(str(connection.scope.get("method"))):
            authorize(connection.user, self.permissions)


class WritesRequire(Requires):
    """The same for requests that change something; everybody may read."""

    def demands(self, method: str) -> bool:
        return method not in READING


def protected(permission: str, *handlers: ControllerRouterHandler) -> Router:
    """Return a router of ``handlers`` that everybody may read, and write with the permission."""
    return Router(
        "/",
        route_handlers=handlers,
        middleware=[DefineMiddleware(CallerMiddleware, exclude_http_methods=READING)],
        guards=[WritesRequire(permission)],
    )


class PermissionsPlugin(ReceiveRoutePlugin):
    """Declares, for each handler, the permissions and the problems that its guards demand."""

    def receive_route(self, route: BaseRoute) -> None:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                for guard in handler.resolve_guards():
                    if isinstance(guard, Requires):
                        _declare(handler, guard)


def _declare(handler: HTTPRouteHandler, guard: Requires) -> None:
    if any(map(guard.demands, handler.http_methods)):
        permissions = list(guard.permissions)
        handler.security = [{scheme: permissions} for scheme in SCHEMES]
        statuses = (401, 403) if permissions else (401,)
        handler.responses = {**problems(*statuses), **(handler.responses or {})}
