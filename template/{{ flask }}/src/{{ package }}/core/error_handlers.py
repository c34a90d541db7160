"""Every error leaves the service as a problem document (RFC 9457)."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from apiflask import APIFlask, HTTPError
from flask import Response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, default_exceptions
from werkzeug.wsgi import get_input_stream

from .errors import MEDIA_TYPE, InvalidFieldsError, ServiceError
from .failures import DATABASE_ERRORS, DETAILS, UNEXPECTED, field_errors, outage, problem_body

CHUNK = 2**16
MOST_DISCARDED = 2**24
# Sentences for what Werkzeug, by itself, explains at length, or with hints that do not fit.
SENTENCES = {400: "The request cannot be understood.", **DETAILS, 500: UNEXPECTED}


def respond(
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,  # noqa: ANN401 - any JSON value
) -> Response:
    """Answer with a problem document."""
    body = problem_body(request.path, status, detail, **members)
    return Response(body, status, headers, content_type=MEDIA_TYPE)


def respond_to(error: ServiceError) -> Response:
    """Answer an error that the service raised on purpose."""
    return respond(error.status, error.detail, headers=error.headers, **error.members)


def handle_http_exception(error: HTTPException) -> Response:
    """Answer an error that Flask raised; what nobody expected comes as one too."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    usual = getattr(default_exceptions.get(status), "description", None)
    own = error.description if error.description != usual else None
    return respond(status, own or SENTENCES.get(status) or error.name, headers=headers)


def handle_too_large(error: RequestEntityTooLarge) -> Response:
    """Answer a body that is too large, after the rest of it has come, within bounds.

    A connection that is closed before breaks off, and the answer is lost on its way.
    """
    rest, left = get_input_stream(request.environ), MOST_DISCARDED
    with suppress(Exception):  # every server has errors of its own for a body that breaks off
        while left > 0 and (chunk := rest.read(CHUNK)):
            left -= len(chunk)
    return handle_http_exception(error)


def handle_api_error(error: HTTPError) -> Response:
    """Answer an error that APIFlask raised: a request that is not what the view declares."""
    if not isinstance(error.__cause__, ValidationError):
        response = respond(error.status_code, str(error.message), **error.extra_data)
        response.headers.update(error.headers)
        return response
    return respond_to(InvalidFieldsError(field_errors(error.__cause__.errors())))


def handle_database_error(error: Exception) -> Response:
    """Answer when the database is down, slow or locked: later it may work.

    Raises the error again when the statement is wrong: that is a failure like any other.
    """
    unavailable = outage(error)
    if unavailable is None:
        raise error
    return respond_to(unavailable)


def init_app(app: APIFlask) -> None:
    """Answer all errors of ``app`` with problem documents."""
    app.error_processor(handle_api_error)
    app.register_error_handler(ServiceError, respond_to)
    app.register_error_handler(HTTPException, handle_http_exception)
    app.register_error_handler(RequestEntityTooLarge, handle_too_large)
    for kind in DATABASE_ERRORS:
        app.register_error_handler(kind, handle_database_error)
