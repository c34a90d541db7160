"""What ``OPTIONS`` tells of an address."""

from typing import Any

from litestar import Response
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute


class AllowPlugin(ReceiveRoutePlugin):
    """Lets ``OPTIONS`` name in ``Allow`` every method that an address takes.

    Where an address has several handlers, Litestar 2 names the method of one of them (its issue
    4169, fixed in version 3).
    """

    def receive_route(self, route: BaseRoute) -> None:
        if not isinstance(route, HTTPRoute):
            return
        allowed = ", ".join(sorted(route.methods))

        async def allow(response: Response[Any]) -> Response[Any]:
            response.headers["Allow"] = allowed
            return response

        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                handler.after_request = allow
