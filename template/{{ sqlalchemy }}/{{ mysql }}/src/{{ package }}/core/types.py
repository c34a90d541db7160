"""Column types."""

from datetime import UTC, datetime

from sqlalchemy import Dialect, TypeDecorator
from sqlalchemy.dialects.mysql import DATETIME


class UtcDateTime(TypeDecorator[datetime]):
    """A moment to the microsecond, kept in UTC.

    MySQL forgets the zone, so this puts it back; it keeps microseconds when told to. A moment
    without a zone is refused (``ValueError``).
    """

    impl = DATETIME(fsp=6)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into what the database keeps."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment needs a time zone"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database keeps into a moment."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)
