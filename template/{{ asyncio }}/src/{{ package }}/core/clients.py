"""Calls to other services: bounded in time, repeated where that is safe, broken off in time."""

import asyncio
from http import HTTPStatus
from typing import TypeVar

import httpx2
import stamina
import structlog
from pydantic import BaseModel, ValidationError

from .breaker import BreakerState, CircuitBreaker
from .metrics import EXTERNAL_REQUESTS
from .tls import tls_context

M = TypeVar("M", bound=BaseModel)

WORTH_REPEATING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


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
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """``timeout`` and ``breaker_reset`` are in seconds; ``token`` is sent as bearer token."""
        self.name = name
        self.breaker = CircuitBreaker(threshold=breaker_threshold, reset=breaker_reset)
        self._timeout = timeout
        self._retrying = stamina.AsyncRetryingCaller(
            attempts=attempts, timeout=None, wait_initial=0.05, wait_max=1, wait_jitter=0.05
        )
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            headers={} if token is None else {"Authorization": f"Bearer {token}"},
            timeout=timeout,
            transport=transport,
            verify=tls_context(),
        )

    async def start(self) -> None:
        """Connect when first needed: the other service may start later than this one."""

    async def stop(self) -> None:
        await self._client.aclose()

    async def check(self) -> None:
        """Raise while calls are broken off; ask nothing of the other service."""
        if self.breaker.state is BreakerState.OPEN:
            raise ExternalServiceError(self.name, "calls are broken off")

    async def get(self, path: str, model: type[M]) -> M:
        """GET ``path``, again when that may help, and return the JSON body as ``model``.

        Raises ``RefusedError`` for 4xx, ``TransientError`` when the last attempt failed too, and
        ``ExternalServiceError`` when the body is not what ``model`` says or calls are broken off.
        """
        request = self._client.build_request("GET", path)
        return await self._retrying(TransientError, self._send, request, model)

    async def _send(self, request: httpx2.Request, model: type[M]) -> M:
        permit = self.breaker.allow()
        if permit is None:
            self._count("broken_off")
            raise ExternalServiceError(self.name, "calls are broken off")
        try:
            body = self._read(await self._answer(request), model)
        except RefusedError as error:  # the service works
            self.breaker.succeeded(permit)
            self._count(error.outcome)
            raise
        except ExternalServiceError as error:
            self.breaker.failed(permit)
            self._count(error.outcome)
            raise
        except BaseException:  # the caller went away, or the mistake is on this side
            self.breaker.abandoned(permit)
            self._count("abandoned")
            raise
        self.breaker.succeeded(permit)
        self._count("success")
        return body

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        request.headers.update(_request_id())
        try:
            # The client's own timeout bounds each read, so a slow drip could last for ever.
            async with asyncio.timeout(self._timeout):
                return await self._client.send(request)
        except (TimeoutError, httpx2.TimeoutException):
            raise TransientError(self.name, "no answer in time", outcome="timeout") from None
        except httpx2.HTTPError as error:
            raise TransientError(self.name, repr(error)) from error

    def _read(self, response: httpx2.Response, model: type[M]) -> M:
        status = response.status_code
        if response.is_server_error or status in WORTH_REPEATING:
            raise TransientError(self.name, f"answered with {status}")
        if response.is_client_error:
            raise RefusedError(self.name, status)
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            reason = "answered with nonsense"
            raise ExternalServiceError(self.name, reason, outcome="invalid") from error

    def _count(self, outcome: str) -> None:
        EXTERNAL_REQUESTS.labels(self.name, outcome).inc()


def _request_id() -> dict[str, str]:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    return {} if request_id is None else {"X-Request-ID": request_id}
