"""What happens to every request: an id, a log line, metrics, protective headers."""

import re
import time
from collections.abc import Collection
from functools import lru_cache

import structlog
from flask import Flask, Response, g, request

from .error_handlers import respond
from .hosts import AllowedHosts
from .request_records import MONITORING_PATHS, record, request_id
from .security_headers import security_headers

PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


class HostGuard:
    """Refuses requests whose ``Host`` is not one of ``hosts``, as ``AllowedHosts`` reads them.

    Health probes and collectors of metrics are let through, which Flask's ``TRUSTED_HOSTS`` would
    not do: they come with whatever address they know.
    """

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = AllowedHosts(hosts)

    def __call__(self) -> Response | None:
        if request.path in MONITORING_PATHS or request.headers.get("Host", "") in self._hosts:
            return None
        return respond(400, "This service does not answer for that host.")


def begin_request() -> None:
    """Give the request its id, and bind it to every log line.

    The id is the caller's ``X-Request-ID`` where that can be one.
    """
    g.request_id = request_id(request.headers.get("X-Request-ID", "").encode())
    g.started = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def finish_request(response: Response) -> Response:
    """Send the id back, and log and count the request."""
    response.headers["X-Request-ID"] = g.request_id
    record(
        request.method,
        request.path,
        route=None if request.url_rule is None else route_of(request.url_rule.rule),
        status=response.status_code,
        duration=time.perf_counter() - g.started,
    )
    return response


def forget_request(_error: BaseException | None) -> None:
    """Leave nothing of the request behind: the thread goes on to answer another."""
    structlog.contextvars.clear_contextvars()


class SecurityHeaders:
    """Adds ``security_headers`` to every answer; what a view has set stays as it is."""

    def __init__(self, *, hsts: bool) -> None:
        self._headers = security_headers(hsts=hsts)

    def __call__(self, response: Response) -> Response:
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response


def init_app(app: Flask, *, allowed_hosts: Collection[str], production: bool) -> None:
    """Let this happen to every request of ``app``."""
    app.before_request(begin_request)
    if allowed_hosts:
        app.before_request(HostGuard(allowed_hosts))
    app.teardown_request(forget_request)
    # The last one registered is the first one to see an answer.
    app.after_request(finish_request)
    app.after_request(SecurityHeaders(hsts=production))


@lru_cache(maxsize=1024)
def route_of(rule: str) -> str:
    """Return a route as OpenAPI writes it: ``/state/<state_key:key>`` is ``/state/{key}``."""
    return PARAMETER.sub(r"{\1}", rule)
