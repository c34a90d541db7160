"""Exchange rates from another service."""

from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

import structlog
from pydantic import BaseModel, Field, TypeAdapter
from structlog.typing import FilteringBoundLogger

from .core.cache import Cache
from .core.clients import ExternalServiceError, RefusedError, ServiceClient
from .core.errors import FieldError, InvalidFieldsError, UnavailableError

logger: FilteringBoundLogger = structlog.get_logger()

LAST_KNOWN_SECONDS = 7 * 24 * 3600

_decimal = TypeAdapter(Decimal)


class RateAnswer(BaseModel):
    """What the service answers."""

    rate: Annotated[Decimal, Field(gt=0, lt=10**9, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate; ``stale`` when it is the last one known and not one of now."""

    value: Decimal
    stale: bool


class Rates:
    """Rates that are fresh, or the last ones known while the service fails."""

    def __init__(self, client: ServiceClient, cache: Cache, *, ttl: float) -> None:
        """A rate counts as fresh for ``ttl`` seconds."""
        self._client = client
        self._cache = cache
        self._ttl = ttl

    def get(self, base: str, quote: str) -> Rate:
        """Return what one ``base`` costs in ``quote``.

        Raises ``InvalidFieldsError`` when the service knows no such rate, and
        ``UnavailableError`` when it fails and no earlier rate is known.
        """
        if base == quote:
            return Rate(Decimal(1), stale=False)
        try:
            value = self._cache.get_or_compute(
                f"rates:{base}:{quote}",
                lambda: self._fetch(base, quote),
                adapter=_decimal,
                ttl=self._ttl,
            )
        except ExternalServiceError as error:
            if isinstance(error, RefusedError) and error.status == HTTPStatus.NOT_FOUND:
                raise _unknown(base, quote) from error
            logger.warning("rate not fetched", base=base, quote=quote, error=str(error))
            last = self._cache.get(_last_known(base, quote), adapter=_decimal)
            if last is None:
                msg = f"There is no rate from {base} to {quote} at the moment."
                raise UnavailableError(msg, retry_after=5) from error
            return Rate(last, stale=True)
        return Rate(value, stale=False)

    def _fetch(self, base: str, quote: str) -> Decimal:
        rate = (self._client.get(f"/rates/{base}/{quote}", RateAnswer)).rate
        self._cache.set(_last_known(base, quote), rate, adapter=_decimal, ttl=LAST_KNOWN_SECONDS)
        return rate


def _last_known(base: str, quote: str) -> str:
    return f"rates:last:{base}:{quote}"


def _unknown(base: str, quote: str) -> InvalidFieldsError:
    detail = f"there is no rate from {base} to {quote}"
    return InvalidFieldsError(
        [FieldError(pointer="/currencies", detail=detail, code="unknown_currency")]
    )
