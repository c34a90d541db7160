"""What happens to every request: an id, a log line, metrics, and answers that tell no secrets."""

import re
import time
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from secrets import token_hex

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from prometheus_client import Counter, Histogram
from structlog.typing import FilteringBoundLogger

from .metrics import HTTP_DURATION, HTTP_REQUESTS, UNKNOWN_ROUTE
from .problems import DETAILS, respond, respond_to_failure

logger: FilteringBoundLogger = structlog.get_logger()

GetResponse = Callable[[HttpRequest], HttpResponseBase]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
QUIET_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


class RequestContextMiddleware:
    """Gives the request its id, logs and counts it.

    The id is the caller's ``X-Request-ID`` when it is 1 to 128 of ``A-Z a-z 0-9 . _ -``, else a
    new one. It is bound to every log line of the request and sent back with the answer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else token_hex(16)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self._get_response(request)
        response["X-Request-ID"] = request_id
        # A stream's length nobody knows, and a 204 must not have one (RFC 9110, section 8.6).
        if isinstance(response, HttpResponse) and response.status_code != HTTPStatus.NO_CONTENT:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        _record(request, response.status_code, time.perf_counter() - started)
        return response


class TransportSecurityMiddleware:
    """Adds ``Strict-Transport-Security`` also where Django cannot tell that HTTPS is in use.

    HTTPS ends at the proxy in front of the service, and browsers pass the header over when it came
    without HTTPS (RFC 6797, section 8.1).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if seconds := settings.SECURE_HSTS_SECONDS:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={seconds}")
        return response


class AllowedHostsMiddleware:
    """Refuses requests whose ``Host`` is not one of ``settings.ALLOWED_HOSTS``.

    Django looks only when something asks for the host, and takes ``.example.com`` for
    ``example.com`` too, which is not below itself. Health probes are let through: they come with
    whatever address the prober knows.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not (request.path.startswith("/health/") or _is_allowed(request)):
            return respond(request, 400, "This service does not answer for that host.")
        return self._get_response(request)


def _is_allowed(request: HttpRequest) -> bool:
    try:
        domain, _ = split_domain_port(request.get_host())
    except DisallowedHost:
        return False
    return validate_host(
        domain, [host for host in settings.ALLOWED_HOSTS if host.lower() != f".{domain}"]
    )


class WrongMethodMiddleware:
    """Answers a method that a resource does not take with a problem document."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            allow = ", ".join(sorted(response["Allow"].split(", ")))
            return respond(request, 405, DETAILS[405], headers={"Allow": allow})
        return response


class FailureMiddleware:
    """Answers what a view fails with, where the service has a problem document for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        return respond_to_failure(request, exception)


@lru_cache(maxsize=1024)
def route_of(pattern: str) -> str:
    """Return a route as OpenAPI writes it: ``state/<key>`` is ``/state/{key}``."""
    return "/" + PARAMETER.sub(r"{\1}", pattern)


@lru_cache(maxsize=1024)
def _samples(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Look the samples up once: doing it for each request would cost more than counting."""
    return HTTP_REQUESTS.labels(method, route, status), HTTP_DURATION.labels(method, route)


def _record(request: HttpRequest, status: int, duration: float) -> None:
    method = request.method if request.method in METHODS else "other"
    match = request.resolver_match
    # The template, not the path: every id in a path would make a time series of its own.
    route = UNKNOWN_ROUTE if match is None else route_of(match.route)
    requests, durations = _samples(str(method), route, status)
    requests.inc()
    durations.observe(duration)
    log = logger.debug if request.path in QUIET_PATHS else logger.info
    log(
        "request",
        method=method,
        route=route,
        status=status,
        duration_ms=round(duration * 1000, 2),
    )
