"""Following a key: changes reach subscribers on the event loop, whichever thread made them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from threading import Lock
from typing import Any

import structlog
from django.db import connection
from django.dispatch import receiver
from structlog.typing import FilteringBoundLogger

from ..core.persistence import UNAVAILABLE
from ..core.request_threads import RequestThreads
from ..core.signals import stopping
from .models import Entry
from .signals import state_changed

logger: FilteringBoundLogger = structlog.get_logger()

QUEUE_SIZE = 100
READERS = 8
PING_INTERVAL = 15

# Who begins to follow waits for no request, and keeps none waiting.
_readers = RequestThreads(READERS)


class Subscription:
    """Changes of one key, each newer than the one before, as an asynchronous iterator.

    A subscriber who is slow by more than 100 changes misses the oldest of them. To be made on the
    event loop that iterates over it.
    """

    def __init__(self, after: int) -> None:
        self._last = after
        self._loop = asyncio.get_running_loop()
        self._changes: asyncio.Queue[Entry | None] = asyncio.Queue(QUEUE_SIZE)

    def deliver(self, entry: Entry) -> None:
        """Hand over a change, from any thread; one that is not newer is passed over."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._put_newer, entry)

    def end(self) -> None:
        """Let the iteration end after the changes that were handed over."""
        self._put(None)

    def _put_newer(self, entry: Entry) -> None:
        if entry.version > self._last:
            self._last = entry.version
            self._put(entry)

    def _put(self, item: Entry | None) -> None:
        if self._changes.full():
            self._changes.get_nowait()
        self._changes.put_nowait(item)

    def __aiter__(self) -> AsyncIterator[Entry]:
        return self

    async def __anext__(self) -> Entry:
        entry = await self._changes.get()
        if entry is None:
            raise StopAsyncIteration
        return entry


class Subscriptions:
    """Who follows what in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: dict[str, set[Subscription]] = defaultdict(set)
        self._ended = False

    @property
    def keys(self) -> Collection[str]:
        """The keys that somebody follows."""
        with self._lock:
            return list(self._of)

    @contextmanager
    def open(self, key: str, *, after: int) -> Iterator[Subscription]:
        """Subscribe to changes of ``key`` that are newer than version ``after``."""
        subscription = Subscription(after)
        with self._lock:
            self._of[key].add(subscription)
        if self._ended:
            subscription.end()
        try:
            yield subscription
        finally:
            with self._lock:
                self._of[key].discard(subscription)
                if not self._of[key]:
                    del self._of[key]

    def deliver(self, entry: Entry) -> None:
        """Hand a change to those who follow its key."""
        with self._lock:
            followers = list(self._of.get(entry.key, ()))
        for subscription in followers:
            subscription.deliver(entry)

    def end(self) -> None:
        """Let every subscription end, those still to come included: the service is stopping."""
        self._ended = True
        with self._lock:
            followers = [one for followers in self._of.values() for one in followers]
        for subscription in followers:
            subscription.end()


subscriptions = Subscriptions()
"""The subscriptions of this process."""


@receiver(state_changed, sender=Entry, dispatch_uid="subscriptions")
def tell_subscribers(*, entry: Entry, **_: Any) -> None:  # noqa: ANN401 - whatever a signal carries
    """Hand a change on."""
    subscriptions.deliver(entry)


@receiver(stopping, dispatch_uid="subscriptions")
def end_subscriptions(**_: Any) -> None:  # noqa: ANN401 - whatever a signal carries
    """End the streams, which would otherwise keep the server from stopping."""
    subscriptions.end()


async def follow(key: str, *, after: int = 0) -> AsyncIterator[Entry | None]:
    """Yield the entry of ``key`` if it is newer than version ``after``, then each change.

    ``None`` says now and then that there is nothing new. Ends where the entry cannot be read.
    """
    with subscriptions.open(key, after=after) as subscription:
        # Read only now, so that no change falls between reading and subscribing.
        loop = asyncio.get_running_loop()
        try:
            entry = await loop.run_in_executor(_readers, copy_context().run, _read, key)
        except UNAVAILABLE as error:
            logger.warning("state not followed", key=key, error=str(error))
            return
        if entry is not None:
            subscription.deliver(entry)
        while True:
            try:
                async with asyncio.timeout(PING_INTERVAL):
                    change = await anext(subscription)
            except TimeoutError:
                yield None
            except StopAsyncIteration:
                return
            else:
                yield change


def _read(key: str) -> Entry | None:
    try:
        return Entry.objects.filter(pk=key).first()
    finally:
        connection.close()  # a stream lasts long, and needs it no more
