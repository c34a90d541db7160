"""Calls to other services: bounded in time, repeated where that is safe, broken off in time."""

import time
from contextlib import closing
from contextvars import copy_context
from http import HTTPStatus
from typing import TypeVar

import httpx2
import stamina
import structlog
from pydantic import BaseModel, ValidationError

from .breaker import BreakerState, CircuitBreaker
from .metrics import EXTERNAL_REQUESTS
from .request_threads import RequestThreads
from .tls import tls_context

M = TypeVar("M", bound=BaseModel)

WORTH_REPEATING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
MAX_ANSWER = 2**20
MOST_CALLS = 100  # at a time, as many as the connections of the client


class ExternalServiceError(Exception):
    """Another service gave no usable answer."""

    def __init__(self, service: str, reason: str, *, outcome: str = "error") -> None:
        """``outcome`` is how the metrics call it."""
        super().__init__(f"{service}: {reason}")
        self.outcome = outcome


class TransientError(ExternalServiceError):
    """It may answer when asked again: no answer in time, no connection, 5xx, 408 or 429."""


class RefusedError(ExternalServiceError):
    """It answered that the request is wrong (4xx): asking again will not help."""

    def __init__(self, service: str, status: int) -> None:
        super().__init__(service, f"refused the request with {status}", outcome="refused")
        self.status = status


class ServiceClient:
    """Component that calls one other service.

    Every attempt has a timeout. Calls that only read are attempted again, after growing and
    jittered pauses. After ``breaker_threshold`` failures in a row calls fail at once for
    ``breaker_reset`` seconds; then one call probes. The id of the request goes along.
    """

    def __init__(  # noqa: PLR0913 - one argument for each thing that can be configured
        self,
        name: str,
        base_url: str,
        *,
        token: str | None = None,
        timeout: float = 2,
        attempts: int = 3,
        breaker_threshold: int = 5,
        breaker_reset: float = 30,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """``timeout`` and ``breaker_reset`` are in seconds; ``token`` is sent as bearer token."""
        self.name = name
        self.breaker = CircuitBreaker(threshold=breaker_threshold, reset=breaker_reset)
        self._timeout = timeout
        self._attempts = attempts
        self._threads = RequestThreads(MOST_CALLS)
        self._client = httpx2.Client(
            base_url=base_url,
            headers={} if token is None else {"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=transport,
            verify=tls_context(),
        )

    def start(self) -> None:
        """Connect when first needed: the other service may start later than this one."""

    def stop(self) -> None:
        self._client.close()

    def check(self) -> None:
        """Raise while calls are broken off; ask nothing of the other service."""
        if self.breaker.state is BreakerState.OPEN:
            raise ExternalServiceError(self.name, "calls are broken off")

    def get(self, path: str, model: type[M]) -> M:
        """GET ``path``, again when that may help, and return the JSON body as ``model``.

        Raises ``RefusedError`` for 4xx, ``TransientError`` when the last attempt failed too, and
        ``ExternalServiceError`` when the body is not what ``model`` says or calls are broken off.
        """
        for attempt in stamina.retry_context(
            on=TransientError,
            attempts=self._attempts,
            timeout=None,
            wait_initial=0.05,
            wait_max=1,
            wait_jitter=0.05,
        ):
            with attempt:
                return self._send(self._client.build_request("GET", path), model)
        raise AssertionError  # a retry context returns or raises

    def _send(self, request: httpx2.Request, model: type[M]) -> M:
        permit = self.breaker.allow()
        if permit is None:
            self._count("broken_off")
            raise ExternalServiceError(self.name, "calls are broken off")
        try:
            status, content = self._ask(request)
            body = self._read(status, content, model)
        except RefusedError as error:  # the service works
            self.breaker.succeeded(permit)
            self._count(error.outcome)
            raise
        except ExternalServiceError as error:
            self.breaker.failed(permit)
            self._count(error.outcome)
            raise
        except BaseException:  # the mistake is on this side
            self.breaker.abandoned(permit)
            self._count("abandoned")
            raise
        self.breaker.succeeded(permit)
        self._count("success")
        return body

    def _ask(self, request: httpx2.Request) -> tuple[int, bytes]:
        request.headers.update(_request_id())
        # The client's own timeout bounds each read: of a slow drip a thread is waiting on its own.
        answer = self._threads.submit(copy_context().run, self._receive, request)
        try:
            return answer.result(self._timeout)
        except (TimeoutError, httpx2.TimeoutException):
            answer.cancel()
            raise TransientError(self.name, "no answer in time", outcome="timeout") from None
        except httpx2.HTTPError as error:
            raise TransientError(self.name, repr(error)) from error

    def _receive(self, request: httpx2.Request) -> tuple[int, bytes]:
        deadline = time.monotonic() + self._timeout
        content = bytearray()
        with closing(self._client.send(request, stream=True)) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if time.monotonic() > deadline:  # nobody is waiting any more
                    raise TimeoutError
                if len(content) > MAX_ANSWER:
                    reason = "answered with too much"
                    raise ExternalServiceError(self.name, reason, outcome="invalid")
        return response.status_code, bytes(content)

    def _read(self, status: int, content: bytes, model: type[M]) -> M:
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in WORTH_REPEATING:
            raise TransientError(self.name, f"answered with {status}")
        if status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(self.name, status)
        try:
            return model.model_validate_json(content)
        except ValidationError as error:
            reason = "answered with nonsense"
            raise ExternalServiceError(self.name, reason, outcome="invalid") from error

    def _count(self, outcome: str) -> None:
        EXTERNAL_REQUESTS.labels(self.name, outcome).inc()


def _request_id() -> dict[str, str]:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {} if request_id is None else {"X-Request-ID": request_id}
