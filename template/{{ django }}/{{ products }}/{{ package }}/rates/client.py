"""Rates that are fresh, or the last ones known while the service fails."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

import httpx2
import structlog
from django.conf import settings
from pydantic import BaseModel, Field, TypeAdapter
from structlog.typing import FilteringBoundLogger

from ..core.cache import cache
from ..core.clients import ExternalServiceError, RefusedError, ServiceClient
from ..core.errors import FieldError, InvalidFieldsError, UnavailableError

logger: FilteringBoundLogger = structlog.get_logger()

LAST_KNOWN_SECONDS = 7 * 24 * 3600

_decimal = TypeAdapter(Decimal)


def make_client(transport: httpx2.BaseTransport | None = None) -> ServiceClient:
    """Make a client as the settings say; ``transport`` takes the place of the network."""
    return ServiceClient(
        "rates",
        settings.RATES_URL,
        token=settings.RATES_TOKEN or None,
        timeout=settings.RATES_TIMEOUT,
        attempts=settings.RATES_ATTEMPTS,
        breaker_threshold=settings.RATES_BREAKER_THRESHOLD,
        breaker_reset=settings.RATES_BREAKER_RESET,
        transport=transport,
    )


client = make_client()
"""The client of this process."""


class RateAnswer(BaseModel):
    """What the service answers."""

    rate: Annotated[Decimal, Field(gt=0, lt=10**9, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate; ``stale`` when it is the last one known and not one of now."""

    value: Decimal
    stale: bool


def get_rate(base: str, quote: str) -> Rate:
    """Return what one ``base`` costs in ``quote``.

    Raises ``InvalidFieldsError`` when the service knows no such rate, and ``UnavailableError``
    when it fails and no earlier rate is known.
    """
    if base == quote:
        return Rate(Decimal(1), stale=False)
    try:
        value = cache.get_or_compute(
            f"rates:{base}:{quote}",
            lambda: _fetch(base, quote),
            adapter=_decimal,
            ttl=settings.RATES_TTL,
        )
    except ExternalServiceError as error:
        if isinstance(error, RefusedError) and error.status == HTTPStatus.NOT_FOUND:
            raise _unknown(base, quote) from error
        logger.warning("rate not fetched", base=base, quote=quote, error=str(error))
        last = cache.get(_last_known(base, quote), adapter=_decimal)
        if last is None:
            msg = f"There is no rate from {base} to {quote} at the moment."
            raise UnavailableError(msg, retry_after=5) from error
        return Rate(last, stale=True)
    return Rate(value, stale=False)


def _fetch(base: str, quote: str) -> Decimal:
    rate = client.get(f"/rates/{base}/{quote}", RateAnswer).rate
    cache.set(_last_known(base, quote), rate, adapter=_decimal, ttl=LAST_KNOWN_SECONDS)
    return rate


def _last_known(base: str, quote: str) -> str:
    return f"rates:last:{base}:{quote}"


def _unknown(base: str, quote: str) -> InvalidFieldsError:
    detail = f"there is no rate from {base} to {quote}"
    return InvalidFieldsError(
        [FieldError(pointer="/currencies", detail=detail, code="unknown_currency")]
    )
