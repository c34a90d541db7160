"""Keyed, versioned state that every process of the service sees, with change notification."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified

from .errors import PreconditionFailedError
from .persistence import Database
from .tables import Base, utc_now
from .types import UtcDateTime

KEY_PATTERN = r"^[a-z0-9_.-]{1,64}$"
QUEUE_SIZE = 100


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


class Subscription:
    """Changes of one key, each newer than the one before, as an asynchronous iterator.

    A subscriber who is slow by more than 100 changes misses the oldest of them.
    """

    def __init__(self, after: int) -> None:
        self._last = after
        self._changes: asyncio.Queue[StateEntry | None] = asyncio.Queue(QUEUE_SIZE)

    def deliver(self, entry: StateEntry) -> None:
        """Hand over a change; one that is not newer than the last is passed over."""
        if entry.version > self._last:
            self._last = entry.version
            self._put(entry)

    def begin_anew(self) -> None:
        """Take the next change whatever its version."""
        self._last = 0

    def end(self) -> None:
        """Let the iteration end after the changes that were handed over."""
        self._put(None)

    def _put(self, item: StateEntry | None) -> None:
        if self._changes.full():
            self._changes.get_nowait()
        self._changes.put_nowait(item)

    def __aiter__(self) -> AsyncIterator[StateEntry]:
        return self

    async def __anext__(self) -> StateEntry:
        entry = await self._changes.get()
        if entry is None:
            raise StopAsyncIteration
        return entry


class StateStore:
    """State in the database; each change adds one to the version of its key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self._ended = False

    @property
    def watched_keys(self) -> Collection[str]:
        """The keys that somebody in this process is subscribed to."""
        return self._subscriptions.keys()

    async def get(self, key: str) -> StateEntry | None:
        """Return the entry under ``key``, or ``None`` when it was never set."""
        return next(iter(await self.get_many([key])), None)

    async def get_many(self, keys: Collection[str]) -> list[StateEntry]:
        """Return the entries under those of ``keys`` that were ever set."""
        async with self._database.session() as session:
            records = await session.scalars(select(StateRecord).where(StateRecord.key.in_(keys)))
            return [_entry(record) for record in records]

    async def get_versions(self, keys: Collection[str]) -> dict[str, int]:
        """Return the versions of those of ``keys`` that were ever set: values may be large."""
        query = select(StateRecord.key, StateRecord.version).where(StateRecord.key.in_(keys))
        async with self._database.session() as session:
            return dict((await session.execute(query)).all())

    async def set(self, key: str, value: Any, *, expected: int | None = None) -> StateEntry:  # noqa: ANN401
        """Set ``key`` to a JSON value and tell the subscribers.

        Raises ``PreconditionFailedError`` when ``expected`` is given and is not the current
        version; the version of a key never set is 0.
        """
        return await self.update(key, lambda _: value, expected=expected)

    async def update(
        self, key: str, change: Callable[[Any], Any], *, expected: int | None = None
    ) -> StateEntry:
        """Replace the value by ``change(value)``, ``None`` where there is none yet.

        Updates of one key follow each other, whichever process makes them: none is lost.
        ``change`` may be called more than once and must not alter its argument. Raises as ``set``.
        """
        try:
            entry = await self._update(key, change, expected)
        except IntegrityError:  # somebody else created the key in the same moment
            entry = await self._update(key, change, expected)
        self.deliver(entry)
        return entry

    async def _update(
        self, key: str, change: Callable[[Any], Any], expected: int | None
    ) -> StateEntry:
        async with self._database.transaction() as session:
            record = await session.get(StateRecord, key, with_for_update=True)
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
            await session.flush()
            return _entry(record)

    @asynccontextmanager
    async def subscribe(self, key: str, *, after: int = 0) -> AsyncIterator[Subscription]:
        """Subscribe to ``key``: its current entry if newer than version ``after``, then changes."""
        subscription = Subscription(after)
        self._subscriptions[key].add(subscription)
        try:
            # Read only now, so that no change falls between reading and subscribing.
            entry = await self.get(key)
            if after > (0 if entry is None else entry.version):
                subscription.begin_anew()  # the state is older than when that version was seen
            if entry is not None:
                subscription.deliver(entry)
            if self._ended:
                subscription.end()
            yield subscription
        finally:
            self._subscriptions[key].discard(subscription)
            if not self._subscriptions[key]:
                del self._subscriptions[key]

    def deliver(self, entry: StateEntry) -> None:
        """Hand a change to this process's subscribers."""
        for subscription in self._subscriptions.get(entry.key, ()):
            subscription.deliver(entry)

    def end_subscriptions(self) -> None:
        """Let every subscription end, those still to come included: the service is stopping."""
        self._ended = True
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.end()


def _entry(record: StateRecord) -> StateEntry:
    return StateEntry(record.key, record.value, record.version, record.updated_at)
