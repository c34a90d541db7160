"""Errors that the service raises on purpose, and their form in answers (RFC 9457).

    ServiceError
    ├── BadRequestError            400
    ├── UnauthorizedError          401
    ├── ForbiddenError             403
    ├── NotFoundError              404
    ├── ConflictError              409
    ├── PreconditionFailedError    412
    ├── UnsupportedMediaTypeError  415
    ├── InvalidFieldsError         422
    ├── TooManyRequestsError       429
    └── UnavailableError           503

Code below the HTTP layer raises these; only the HTTP layer turns them into answers.
"""

import math
from collections.abc import Iterable, Mapping
from http.client import responses
from itertools import islice
from typing import Any, ClassVar

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"

MAX_FIELD_ERRORS = 100

# HTTPStatus calls 422 and 413 by their older names before Python 3.13; RFC 9110 has these.
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


class FieldError(BaseModel):
    """One field of the request that was refused."""

    pointer: str = Field(description="JSON pointer (RFC 6901) to the field")
    detail: str = Field(description="What is wrong with it, for people")
    code: str = Field(description="What is wrong with it, for programs")


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str


class ValidationProblem(Problem):
    """A problem document that lists every field that was refused."""

    errors: list[FieldError]


class ServiceError(Exception):
    """Base of the errors that callers are told about.

    ``detail`` is shown to the caller, so it must not speak of the inside of the service.
    """

    status: ClassVar[int] = 500

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    @property
    def headers(self) -> Mapping[str, str]:
        """Header fields that the answer to this error must carry."""
        return {}

    @property
    def members(self) -> Mapping[str, Any]:
        """What the problem document says beyond the standard members."""
        return {}


class BadRequestError(ServiceError):
    """The request cannot be understood."""

    status = 400


class UnauthorizedError(ServiceError):
    """Nobody is signed in, or the credentials are wrong."""

    status = 401

    def __init__(self, detail: str, *, challenge: str) -> None:
        """``challenge`` is the value of ``WWW-Authenticate`` (RFC 9110, section 11.6.1)."""
        super().__init__(detail)
        self._challenge = challenge

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": self._challenge}


class ForbiddenError(ServiceError):
    """The caller is known and lacks the permission."""

    status = 403


class NotFoundError(ServiceError):
    """There is nothing under that name."""

    status = 404


class ConflictError(ServiceError):
    """The request contradicts what is stored."""

    status = 409


class PreconditionFailedError(ServiceError):
    """The condition that the caller set (``If-Match``) does not hold."""

    status = 412


class UnsupportedMediaTypeError(ServiceError):
    """The body is of a type that this resource does not take."""

    status = 415


class InvalidFieldsError(ServiceError):
    """Fields that only the service's own rules can refuse; callers are told the first hundred."""

    status = 422

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__("Some fields are not valid.")
        self.errors = list(islice(errors, MAX_FIELD_ERRORS))

    @property
    def members(self) -> Mapping[str, Any]:
        return {"errors": [error.model_dump() for error in self.errors]}


class _RetryLaterError(ServiceError):
    def __init__(self, detail: str, *, retry_after: float = 1) -> None:
        """``retry_after`` is in seconds; the answer carries it rounded up."""
        super().__init__(detail)
        self._retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(max(1, math.ceil(self._retry_after)))}


class TooManyRequestsError(_RetryLaterError):
    """The caller has to slow down."""

    status = 429


class UnavailableError(_RetryLaterError):
    """Something the service cannot do without is down."""

    status = 503


def title(status: int) -> str:
    """Return the name of a status, also of one that no standard knows."""
    return TITLES.get(status) or responses.get(status, "Unknown Error")


def problem(
    status: int,
    detail: str,
    *,
    instance: str,
    request_id: str,
    **members: Any,  # noqa: ANN401 - any JSON value
) -> dict[str, Any]:
    """Build a problem document.

    ``type`` is ``about:blank``: the status says what kind of problem it is, and the title is
    the status's own name (RFC 9457, section 4.2.1).
    """
    return {
        "type": "about:blank",
        "title": title(status),
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        **members,
    }


def pointer(path: Iterable[str | int]) -> str:
    """Write a path into a document as a JSON pointer (RFC 6901).

    >>> pointer(["prices", 0, "a/b"])
    '/prices/0/a~1b'
    """
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
