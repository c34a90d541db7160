"""What happens to every request: an id, a log line, metrics, protective headers."""

import re
import time
from collections.abc import Collection
from functools import lru_cache
from secrets import token_hex

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram
from structlog.typing import FilteringBoundLogger

from .error_handlers import respond
from .metrics import HTTP_DURATION, HTTP_REQUESTS, UNKNOWN_ROUTE

logger: FilteringBoundLogger = structlog.get_logger()

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
MONITORING_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


class AllowedHosts:
    """Refuses requests whose ``Host`` is not one of ``hosts``.

    A host that begins with ``*.`` allows all names below it. Health probes and collectors of
    metrics are let through, which Flask's ``TRUSTED_HOSTS`` would not do: they come with whatever
    address they know.
    """

    def __init__(self, hosts: Collection[str]) -> None:
        self._exact = {host.lower() for host in hosts if not host.startswith("*.")}
        self._suffixes = tuple(host[1:].lower() for host in hosts if host.startswith("*."))

    def __call__(self) -> Response | None:
        if request.path in MONITORING_PATHS or self._is_allowed(request.headers.get("Host", "")):
            return None
        return respond(400, "This service does not answer for that host.")

    def _is_allowed(self, host: str) -> bool:
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host.lower()
        return name in self._exact or name.endswith(self._suffixes)


def begin_request() -> None:
    """Give the request its id, and bind it to every log line.

    The id is the caller's ``X-Request-ID`` when it is 1 to 128 of ``A-Z a-z 0-9 . _ -``, else a
    new one.
    """
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else token_hex(16)
    g.started = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def finish_request(response: Response) -> Response:
    """Send the id back, and log and count the request."""
    response.headers["X-Request-ID"] = g.request_id
    _record(response.status_code, time.perf_counter() - g.started)
    return response


def forget_request(_error: BaseException | None) -> None:
    """Leave nothing of the request behind: the thread goes on to answer another."""
    structlog.contextvars.clear_contextvars()


def add_security_headers(response: Response) -> Response:
    """Tell browsers to be careful with every answer (OWASP Secure Headers Project).

    What a view has set stays as it is.
    """
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def add_transport_security(response: Response) -> Response:
    """Tell browsers to insist on HTTPS for a year, for services behind it."""
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def init_app(app: Flask, *, allowed_hosts: Collection[str], production: bool) -> None:
    """Let this happen to every request of ``app``."""
    app.before_request(begin_request)
    if allowed_hosts:
        app.before_request(AllowedHosts(allowed_hosts))
    app.teardown_request(forget_request)
    # The last one registered is the first one to see an answer.
    app.after_request(finish_request)
    app.after_request(add_security_headers)
    if production:
        app.after_request(add_transport_security)


@lru_cache(maxsize=1024)
def route_of(rule: str) -> str:
    """Return a route as OpenAPI writes it: ``/state/<state_key:key>`` is ``/state/{key}``."""
    return PARAMETER.sub(r"{\1}", rule)


@lru_cache(maxsize=1024)
def _samples(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Look the samples up once: doing it for each request would cost more than counting."""
    return HTTP_REQUESTS.labels(method, route, status), HTTP_DURATION.labels(method, route)


def _record(status: int, duration: float) -> None:
    method = request.method if request.method in METHODS else "other"
    # The template, not the path: every id in a path would make a time series of its own.
    route = UNKNOWN_ROUTE if request.url_rule is None else route_of(request.url_rule.rule)
    requests, durations = _samples(method, route, status)
    requests.inc()
    durations.observe(duration)
    log = logger.debug if request.path in MONITORING_PATHS else logger.info
    log(
        "request",
        method=method,
        route=route,
        status=status,
        duration_ms=round(duration * 1000, 2),
    )
