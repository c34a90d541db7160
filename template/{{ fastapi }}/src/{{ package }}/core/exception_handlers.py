"""Every error leaves the service as a problem document (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from structlog.typing import FilteringBoundLogger

from .errors import (
    MEDIA_TYPE,
    FieldError,
    InvalidFieldsError,
    ServiceError,
    UnavailableError,
    pointer,
    problem,
    title,
)
from .outages import is_outage

logger: FilteringBoundLogger = structlog.get_logger()

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
# Sentences for what Starlette answers with the bare name of the status.
DETAILS = {
    404: "There is nothing at this address.",
    405: "This resource does not take that method.",
    413: "The request body is too large.",
}


class ProblemResponse(JSONResponse):
    """An answer that is a problem document."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - as the method it overrides
        # ASCII, because what callers sent is quoted and may not be encodable otherwise.
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def respond(
    request: Request,
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,  # noqa: ANN401 - any JSON value
) -> ProblemResponse:
    """Answer ``request`` with a problem document."""
    content = problem(
        status,
        detail,
        instance=request.scope["path"],
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
        **members,
    )
    return ProblemResponse(content, status_code=status, headers=headers)


async def handle_service_error(request: Request, error: ServiceError) -> ProblemResponse:
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


async def handle_validation_error(
    request: Request, error: RequestValidationError
) -> ProblemResponse:
    """Answer a request that is not what the endpoint declares, with every field that is wrong."""
    errors: Sequence[Any] = error.errors()
    if any(item["type"] == "json_invalid" for item in errors):
        return respond(request, 400, "The request body is not JSON.")
    return await handle_service_error(
        request,
        InvalidFieldsError(
            # The first part of the location says body, query or path.
            FieldError(pointer=pointer(item["loc"][1:]), detail=item["msg"], code=item["type"])
            for item in errors
        ),
    )


async def handle_database_error(request: Request, error: Exception) -> ProblemResponse:
    """Answer when the database is down, slow or locked: later it may work."""
    if isinstance(error, DBAPIError):
        if not is_outage(error.orig):
            raise error
        logger.error("database unavailable", error=str(error.orig), statement=error.statement)
    else:
        logger.error("database unavailable", error=str(error))
    return await handle_service_error(
        request, UnavailableError("The database is not available.", retry_after=5)
    )


def install_exception_handlers(app: FastAPI) -> None:
    """Answer all errors of ``app`` with problem documents.

    Errors that nobody expected are answered by ``UnexpectedErrorMiddleware``.
    """
    app.exception_handler(ServiceError)(handle_service_error)
    app.exception_handler(HTTPException)(handle_http_exception)
    app.exception_handler(RequestValidationError)(handle_validation_error)
    app.exception_handler(OperationalError)(handle_database_error)
    app.exception_handler(InterfaceError)(handle_database_error)
    app.exception_handler(PoolTimeoutError)(handle_database_error)


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
