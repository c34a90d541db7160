"""What callers are told of failures, in the words of this service."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structlog.typing import FilteringBoundLogger

from .errors import FieldError, UnavailableError, pointer, problem
from .outages import is_outage

logger: FilteringBoundLogger = structlog.get_logger()

# Sentences for what a framework answers with the bare name of the status.
DETAILS = {
    404: "There is nothing at this address.",
    405: "This resource does not take that method.",
    413: "The request body is too large.",
}
UNEXPECTED = "The service failed to answer this request."
DATABASE_ERRORS = (OperationalError, InterfaceError, PoolTimeoutError)
"""What SQLAlchemy raises while the database is down, slow or locked; some drivers for wrong
statements too (``is_outage`` in core/outages.py)."""


def problem_body(
    path: str,
    status: int,
    detail: str,
    **members: Any,  # noqa: ANN401 - any JSON value
) -> bytes:
    """Write the problem document that answers the request under way, which is for ``path``."""
    content = problem(
        status,
        detail,
        instance=path,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
        **members,
    )
    # ASCII, because what callers sent is quoted and may not be encodable otherwise.
    return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def field_errors(details: Iterable[Mapping[str, Any]], *, within: int = 0) -> list[FieldError]:
    """Tell in the form of answers what Pydantic found wrong.

    The first ``within`` parts of each location say where the fields are, and are left out.
    """
    return [
        FieldError(pointer=pointer(item["loc"][within:]), detail=item["msg"], code=item["type"])
        for item in details
    ]


def outage(error: Exception) -> UnavailableError | None:
    """Log one of ``DATABASE_ERRORS``, and return what callers are told: later it may work.

    Returns ``None``, and logs nothing, when it is the statement that is wrong: that is a failure
    like any other.
    """
    if isinstance(error, DBAPIError):
        if not is_outage(error.orig):
            return None
        logger.error("database unavailable", error=str(error.orig), statement=error.statement)
    else:
        logger.error("database unavailable", error=str(error))
    return UnavailableError("The database is not available.", retry_after=5)
