"""What is kept of every request: its id, a log line, a count and a time."""

import re
from functools import lru_cache
from secrets import token_hex

import structlog
from prometheus_client import Counter, Histogram
from structlog.typing import FilteringBoundLogger

from .metrics import HTTP_DURATION, HTTP_REQUESTS, UNKNOWN_ROUTE

logger: FilteringBoundLogger = structlog.get_logger()

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
MONITORING_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


def request_id(given: bytes) -> str:
    """Return the id that the caller has given, or a new one.

    An id is 1 to 128 of ``A-Z a-z 0-9 . _ -``; anything else is passed over.
    """
    return given.decode() if REQUEST_ID.fullmatch(given) else token_hex(16)


def record(method: str, path: str, *, route: str | None, status: int, duration: float) -> None:
    """Log and count a request that took ``duration`` seconds.

    ``route`` is the template of its path, if there is one, and ``status`` is 0 where nothing was
    answered: the caller went away before, or a shutdown took too long.
    """
    status = status or 499  # nginx's name for it
    method = method if method in METHODS else "other"
    # The template, not the path: every id in a path would make a time series of its own.
    route = route or UNKNOWN_ROUTE
    requests, durations = _samples(method, route, status)
    requests.inc()
    durations.observe(duration)
    log = logger.debug if path in MONITORING_PATHS else logger.info
    log(
        "request",
        method=method,
        route=route,
        status=status,
        duration_ms=round(duration * 1000, 2),
    )


@lru_cache(maxsize=1024)
def _samples(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Look the samples up once: doing it for each request would cost more than counting."""
    return HTTP_REQUESTS.labels(method, route, status), HTTP_DURATION.labels(method, route)
