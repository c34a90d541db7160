"""Every error leaves the service as a problem document (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from .errors import MEDIA_TYPE, InvalidFieldsError, ServiceError, title
from .failures import DATABASE_ERRORS, DETAILS, field_errors, outage, problem_body
from .request_records import METHODS


def respond(
    request: Request,
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,  # noqa: ANN401 - any JSON value
) -> Response:
    """Answer ``request`` with a problem document."""
    body = problem_body(request.scope["path"], status, detail, **members)
    return Response(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


async def handle_service_error(request: Request, error: ServiceError) -> Response:
    """Answer an error that the service raised on purpose."""
    return respond(request, error.status, error.detail, headers=error.headers, **error.members)


async def handle_http_exception(request: Request, error: HTTPException) -> Response:
    """Answer an error that the framework raised, or an endpoint in the framework's way.

    A detail that is no text is the member ``data`` of the document.
    """
    if error.status_code in {204, 304}:  # as Starlette does: these have no body
        return Response(status_code=error.status_code, headers=error.headers)
    headers = dict(error.headers or {})
    if error.status_code == 405:  # noqa: PLR2004 - the status, as in every answer
        headers["Allow"] = ", ".join(_allowed_methods(request))
    status = error.status_code
    detail: object = error.detail  # FastAPI's own subclass takes any data
    if not isinstance(detail, str):
        return respond(request, status, title(status), headers=headers, data=detail)
    if status in DETAILS and detail == HTTPStatus(status).phrase:
        detail = DETAILS[status]
    return respond(request, status, detail, headers=headers)


async def handle_validation_error(request: Request, error: RequestValidationError) -> Response:
    """Answer a request that is not what the endpoint declares, with every field that is wrong."""
    errors = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        return respond(request, 400, "The request body is not JSON.")
    # The first part of a location says body, query or path.
    wrong = InvalidFieldsError(field_errors(errors, within=1))
    return await handle_service_error(request, wrong)


async def handle_database_error(request: Request, error: Exception) -> Response:
    """Answer when the database is down, slow or locked: later it may work."""
    unavailable = outage(error)
    if unavailable is None:
        raise error
    return await handle_service_error(request, unavailable)


def install_exception_handlers(app: FastAPI) -> None:
    """Answer all errors of ``app`` with problem documents.

    Errors that nobody expected are answered by ``UnexpectedErrorMiddleware``.
    """
    app.exception_handler(ServiceError)(handle_service_error)
    app.exception_handler(HTTPException)(handle_http_exception)
    app.exception_handler(RequestValidationError)(handle_validation_error)
    for kind in DATABASE_ERRORS:
        app.exception_handler(kind)(handle_database_error)


def _allowed_methods(request: Request) -> list[str]:
    """Methods that the address takes: Starlette names those of the first matching route only."""
    routes = request.app.router.routes
    return [
        method
        for method in METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes
        )
    ]
