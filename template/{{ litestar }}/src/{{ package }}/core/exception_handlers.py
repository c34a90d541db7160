"""Every error leaves the service as a problem document (RFC 9457)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from http.client import responses
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR
from litestar.types import ExceptionHandlersMap
from structlog.typing import FilteringBoundLogger

from .errors import MEDIA_TYPE, FieldError, InvalidFieldsError, ServiceError, pointer
from .failures import DATABASE_ERRORS, DETAILS, UNEXPECTED, field_errors, outage, problem_body

logger: FilteringBoundLogger = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]

# Pydantic's codes for what msgspec, which reads parameters, says in words only. The first that fits
# counts: a pattern is quoted, and may look like anything.
CODES = {
    "matching regex": "string_pattern_mismatch",
    "`str` of length >=": "string_too_short",
    "`str` of length <=": "string_too_long",
    "of length >=": "too_short",
    "of length <=": "too_long",
    ">=": "greater_than_equal",
    "<=": "less_than_equal",
    "` > ": "greater_than",
    "` < ": "less_than",
    "a multiple of": "multiple_of",
    "Expected `bool": "bool_parsing",
    "Expected `int": "int_parsing",
    "Expected `float": "float_parsing",
    "decimal": "decimal_parsing",
    "encoded datetime": "datetime_from_date_parsing",
    "encoded date": "date_from_datetime_parsing",
    "encoded time": "time_parsing",
    "duration": "time_delta_parsing",
    "UUID": "uuid_parsing",
    "enum value": "enum",
}
MISSING = re.compile(r"Missing required \w+ parameter '(?P<name>[^']+)'")


def respond(
    path: str,
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,  # noqa: ANN401 - any JSON value
) -> Response[bytes]:
    """Answer a request for ``path`` with a problem document."""
    body = problem_body(path, status, detail, **members)
    return Response(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def handle_service_error(request: AnyRequest, error: ServiceError) -> Response[bytes]:
    """Answer an error that the service raised on purpose."""
    return respond(
        request.scope["path"], error.status, error.detail, headers=error.headers, **error.members
    )


def handle_http_exception(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Answer an error that the framework raised."""
    if error.status_code == HTTP_500_INTERNAL_SERVER_ERROR:  # its detail is about the inside
        return handle_unexpected_error(request, error)
    detail = error.detail
    if detail in {responses.get(error.status_code), getattr(type(error), "detail", None)}:
        detail = DETAILS.get(error.status_code, detail)
    return respond(request.scope["path"], error.status_code, detail, headers=error.headers)


def handle_method_not_allowed(
    request: AnyRequest, error: MethodNotAllowedException
) -> Response[bytes]:
    """Answer a method that a known address does not take, and name its route for log and metrics.

    Litestar's router says so before it tells which route it is.
    """
    allowed, _, _ = (error.headers or {}).get("allow", "").partition(",")
    with suppress(HTTPException):  # nothing is there for any method
        route = request.app.asgi_router.handle_routing(path=request.scope["path"], method=allowed)
        request.scope["path_template"] = route[-1]
    return handle_http_exception(request, error)


def handle_validation_error(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """Answer a request that is not what the handler declares, with every field that is wrong."""
    # Pydantic, which reads bodies, knows more than Litestar passes on.
    if details := getattr(error.__cause__, "errors", None):
        errors = field_errors(details)
    elif missing := MISSING.match(error.detail):
        name = missing["name"].lower()
        errors = [FieldError(pointer=pointer([name]), detail="Field required", code="missing")]
    else:
        items = [item for item in error.extra or [] if isinstance(item, dict)]
        errors = [_parameter_error(request, item) for item in items]
    return handle_service_error(request, InvalidFieldsError(errors))


def handle_database_error(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Answer when the database is down, slow or locked: later it may work."""
    unavailable = outage(error)
    if unavailable is None:
        return handle_unexpected_error(request, error)
    return handle_service_error(request, unavailable)


def handle_cleanup_errors(
    request: AnyRequest, errors: ExceptionGroup[Exception]
) -> Response[bytes]:
    """Answer the first of the errors of a request whose dependencies failed to end.

    Litestar groups these, and tells what the handler itself failed with, if it did, as their cause.
    """
    failed = [*errors.exceptions]
    if isinstance(errors.__cause__, Exception):
        failed.insert(0, errors.__cause__)
    first, *others = failed
    for other in others:
        logger.error("request failed", exc_info=other)
    kind = next(kind for kind in type(first).mro() if kind in EXCEPTION_HANDLERS)
    return EXCEPTION_HANDLERS[kind](request, first)


def handle_unexpected_error(request: AnyRequest, error: Exception) -> Response[bytes]:
    """Log what nobody else caught, and answer with 500 and nothing of the inside."""
    logger.error("request failed", exc_info=error)
    return respond(request.scope["path"], 500, UNEXPECTED)


# Litestar's plugin for problem documents makes them from the exception alone, which knows neither
# the address nor the id of the request.
EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    ServiceError: handle_service_error,
    HTTPException: handle_http_exception,
    MethodNotAllowedException: handle_method_not_allowed,
    ValidationException: handle_validation_error,
    **dict.fromkeys(DATABASE_ERRORS, handle_database_error),
    ExceptionGroup: handle_cleanup_errors,
    Exception: handle_unexpected_error,
}


def _parameter_error(request: AnyRequest, item: Mapping[str, str]) -> FieldError:
    message, name = item["message"], item.get("key", "")
    if name == "data":  # what is in a body was read by Pydantic, so there is none
        return FieldError(pointer="", detail="A body is required.", code="missing")
    declared = request.route_handler.parsed_fn_signature.parameters.get(name)
    name = getattr(declared and declared.kwarg_definition, "name", None) or name
    code = next((code for words, code in CODES.items() if words in message), "invalid")
    return FieldError(pointer=pointer([name.lower()]), detail=message, code=code)
