"""Keyed, versioned state that every process of the service sees, with change notification."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from .errors import PreconditionFailedError
from .persistence import Database
from .signals import send_robust, state_changed
from .tables import Base, utc_now
from .types import UtcDateTime

KEY_PATTERN = r"^[a-z0-9_.-]{1,64}$"


class StateRecord(Base):
    """A row of the state table."""

    __tablename__ = "state"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    version: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class StateEntry:
    """A value as it was at one version."""

    key: str
    value: Any
    version: int
    updated_at: datetime


class StateStore:
    """State in the database; each change adds one to the version of its key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> StateEntry | None:
        """Return the entry under ``key``, or ``None`` when it was never set."""
        return next(iter(self.get_many([key])), None)

    def get_many(self, keys: Collection[str]) -> list[StateEntry]:
        """Return the entries under those of ``keys`` that were ever set."""
        query = select(StateRecord).where(StateRecord.key.in_(keys))
        return [_entry(record) for record in self._database.session.scalars(query)]

    def set(self, key: str, value: Any, *, expected: int | None = None) -> StateEntry:  # noqa: ANN401
        """Set ``key`` to a JSON value.

        Raises ``PreconditionFailedError`` when ``expected`` is given and is not the current
        version; the version of a key never set is 0.
        """
        return self.update(key, lambda _: value, expected=expected)

    def update(
        self, key: str, change: Callable[[Any], Any], *, expected: int | None = None
    ) -> StateEntry:
        """Replace the value by ``change(value)``, ``None`` where there is none yet.

        Updates of one key follow each other, whichever process makes them: none is lost.
        ``change`` may be called more than once and must not alter its argument. ``state_changed``
        is sent once the change is committed. Raises as ``set``.
        """
        try:
            entry = self._update(key, change, expected)
        except IntegrityError:  # somebody else created the key in the same moment
            entry = self._update(key, change, expected)
        send_robust(state_changed, self, entry=entry)
        return entry

    def _update(self, key: str, change: Callable[[Any], Any], expected: int | None) -> StateEntry:
        with self._database.transaction() as session:
            record = session.get(StateRecord, key, with_for_update=True)
            current = 0 if record is None else record.version
            if expected is not None and expected != current:
                msg = f"The current version of {key!r} is {current}, not {expected}."
                raise PreconditionFailedError(msg)
            value = change(None if record is None else record.value)
            if record is None:
                record = StateRecord(key=key)
                session.add(record)
            record.value = value
            flag_modified(record, "value")  # SQLAlchemy takes True for no change from 1
            record.version = current + 1
            record.updated_at = utc_now()
            session.flush()
            return _entry(record)


def _entry(record: StateRecord) -> StateEntry:
    return StateEntry(record.key, record.value, record.version, record.updated_at)
