"""The OpenAPI document tells the truth about errors too."""

from http import HTTPStatus
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.status_codes import HTTP_404_NOT_FOUND

from .errors import MEDIA_TYPE, TITLES, Problem, ValidationProblem

UNPROCESSABLE = 422


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """Declare, as ``responses`` of a handler, the problems that it answers with."""
    return {
        status: ResponseSpec(
            ValidationProblem if status == UNPROCESSABLE else Problem,
            description=TITLES.get(status) or HTTPStatus(status).phrase,
            media_type=MEDIA_TYPE,
            generate_examples=False,
        )
        for status in statuses
    }


class ProblemsPlugin(ReceiveRoutePlugin):
    """Declares, for each handler, the problems that come from what surrounds it."""

    def receive_route(self, route: BaseRoute) -> None:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                handler.responses = {
                    **problems(400, 413, 500),
                    **(handler.responses or {}),
                }


def create_docs_router() -> Router:
    """Return the router that Litestar serves the page at ``/docs`` and its document from."""
    return Router("/docs", route_handlers=[], include_in_schema=False, after_request=_only_docs)


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def read_document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Show the document at the address where clients look for it."""
    return request.app.openapi_schema.to_schema()


async def _only_docs(response: Response[Any]) -> Response[Any]:
    # Litestar answers for all addresses below its own with a page that says 404.
    if response.status_code == HTTP_404_NOT_FOUND:
        raise NotFoundException
    return response
