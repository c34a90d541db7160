"""Every error leaves the service as a problem document (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from structlog.typing import FilteringBoundLogger

from .errors import (
    MEDIA_TYPE,
    FieldError,
    InvalidFieldsError,
    ServiceError,
    UnavailableError,
    pointer,
    problem,
)
from .outages import is_outage
from .persistence import UNAVAILABLE

logger: FilteringBoundLogger = structlog.get_logger()

DETAILS = {
    400: "The request cannot be understood.",
    403: "This is not allowed.",
    404: "There is nothing at this address.",
    405: "This resource does not take that method.",
    413: "The request body is too large.",
    500: "The service failed to answer this request.",
}
# Where an error lies in what ninja names: ("body", parameter, field...), ("query", field...).
OUTER_PARTS = {"body": 2, "form": 1, "query": 1, "path": 1, "header": 1}


def respond(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,  # noqa: ANN401 - any JSON value
) -> HttpResponse:
    """Answer ``request`` with a problem document."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    content = problem(status, detail, instance=request.path, request_id=request_id, **members)
    return JsonResponse(content, status=status, content_type=MEDIA_TYPE, headers=headers)


def respond_to(request: HttpRequest, error: ServiceError) -> HttpResponse:
    """Answer an error that the service raised on purpose."""
    return respond(request, error.status, error.detail, headers=error.headers, **error.members)


def respond_to_failure(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Answer what any view, the admin site's too, may fail with; ``None`` for anything else."""
    if isinstance(error, UNAVAILABLE) and is_outage(error.__cause__):
        logger.error("database unavailable", error=str(error))
        error = UnavailableError("The database is not available.", retry_after=5)
    return respond_to(request, error) if isinstance(error, ServiceError) else None


def install_exception_handlers(api: NinjaAPI) -> None:
    """Answer the errors of ``api`` with problem documents.

    Others go on to Django: to ``respond_to_failure`` first, then, logged, to ``failed``.
    """

    @api.exception_handler(ServiceError)
    def handle_service_error(request: HttpRequest, error: ServiceError) -> HttpResponse:
        return respond_to(request, error)

    @api.exception_handler(ValidationError)
    def handle_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = [
            FieldError(
                pointer=pointer(item["loc"][OUTER_PARTS[item["loc"][0]] :]),
                detail=item["msg"],
                code=item["type"],
            )
            for item in error.errors
        ]
        return respond_to(request, InvalidFieldsError(fields))

    @api.exception_handler(HttpError)
    def handle_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__, ServiceError):  # raised by the parser of bodies
            return respond_to(request, error.__cause__)
        return respond(request, error.status_code, str(error))

    @api.exception_handler(RequestDataTooBig)
    def handle_too_much(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
        return respond(request, 413, DETAILS[413])


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django calls suspicious."""
    if isinstance(exception, RequestDataTooBig):
        return respond(request, 413, DETAILS[413])
    return respond(request, 400, DETAILS[400])


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """Answer somebody who lacks a permission outside the API."""
    del exception
    return respond(request, 403, DETAILS[403])


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """Answer a request for an address where there is nothing."""
    del exception
    return respond(request, 404, DETAILS[404])


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when something happened that nobody expected, and say nothing about the inside."""
    return respond(request, 500, DETAILS[500])


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a request that another site may have made a browser send."""
    del reason
    return respond(request, 403, "This needs the CSRF token, and a page of this service.")
