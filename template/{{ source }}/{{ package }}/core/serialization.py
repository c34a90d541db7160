"""The forms in which values leave the service, where they differ from how they are kept."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import PlainSerializer

MINOR_DIGITS: Final = 2


def to_minor_units(amount: Decimal) -> int:
    """Turn ``Decimal("19.90")`` into ``1990``.

    Raises ``ValueError`` when the amount has more than two decimal places: money is never
    rounded silently.
    """
    # In whole numbers: decimal arithmetic itself rounds to 28 digits.
    numerator, denominator = amount.as_integer_ratio()
    minor, rest = divmod(numerator * 10**MINOR_DIGITS, denominator)
    if rest:
        msg = f"{amount} has more than {MINOR_DIGITS} decimal places"
        raise ValueError(msg)
    return minor


def to_amount(minor: int) -> Decimal:
    """Turn ``1990`` into ``Decimal("19.90")``."""
    return Decimal(minor).scaleb(-MINOR_DIGITS)


def to_rfc3339(moment: datetime) -> str:
    """Write a moment in UTC with a ``Z`` (RFC 3339).

    Raises ``ValueError`` when the moment has no time zone.
    """
    if moment.tzinfo is None:
        msg = "a moment needs a time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(to_rfc3339, return_type=str, when_used="json")]
"""A moment, shown in UTC."""
