"""Following a key of the state: changes reach subscribers, whichever thread made them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import partial
from queue import Empty, Full, Queue
from threading import Lock

from .errors import UnavailableError
from .signals import state_changed
from .state import StateEntry, StateStore

QUEUE_SIZE = 100
MOST_STREAMS = 64
PAUSE = 5.0


class Subscription:
    """Changes of one key, each newer than the one before.

    Has to be closed. A subscriber who is slow by more than 100 changes misses the oldest of them.
    """

    def __init__(self, after: int, close: Callable[["Subscription"], None]) -> None:
        self._last = after
        self._close = close
        self._lock = Lock()
        self._changes: Queue[StateEntry | None] = Queue(QUEUE_SIZE)

    def deliver(self, entry: StateEntry) -> None:
        """Hand over a change; one that is not newer than the last is passed over."""
        with self._lock:
            if entry.version > self._last:
                self._last = entry.version
                self._put(entry)

    def end(self) -> None:
        """Let the iteration end after the changes that were handed over."""
        with self._lock:
            self._put(None)

    def changes(self, *, pause: float = PAUSE) -> Iterator[StateEntry | None]:
        """Yield each change, and ``None`` whenever there was none for ``pause`` seconds."""
        while True:
            try:
                entry = self._changes.get(timeout=pause)
            except Empty:
                yield None
                continue
            if entry is None:
                return
            yield entry

    def close(self) -> None:
        """Be forgotten."""
        self._close(self)

    def _put(self, item: StateEntry | None) -> None:
        try:
            self._changes.put_nowait(item)
        except Full:
            with suppress(Empty):  # the subscriber may have caught up meanwhile
                self._changes.get_nowait()
            self._changes.put_nowait(item)


class Subscriptions:
    """Who follows what in this process.

    Each subscriber keeps a thread of the server busy, so that there are ``most`` at a time: the
    other threads go on to answer requests.
    """

    def __init__(self, store: StateStore, *, most: int = MOST_STREAMS) -> None:
        self._store = store
        self._most = most
        self._lock = Lock()
        self._of: dict[str, set[Subscription]] = defaultdict(set)
        self._ended = False
        state_changed.connect(self._hear, sender=store)

    @property
    def keys(self) -> Collection[str]:
        """The keys that somebody follows."""
        with self._lock:
            return list(self._of)

    def open(self, key: str, *, after: int = 0) -> Subscription:
        """Subscribe to ``key``: its current entry if newer than version ``after``, then changes.

        Raises ``UnavailableError`` when there are too many subscribers.
        """
        subscription = Subscription(after, partial(self._forget, key))
        with self._lock:
            if sum(map(len, self._of.values())) >= self._most:
                msg = "Too many callers follow the state."
                raise UnavailableError(msg, retry_after=PAUSE)
            self._of[key].add(subscription)
        try:
            # Read only now, so that no change falls between reading and subscribing.
            if (entry := self._store.get(key)) is not None:
                subscription.deliver(entry)
        except BaseException:
            subscription.close()
            raise
        if self._ended:
            subscription.end()
        return subscription

    def deliver(self, entry: StateEntry) -> None:
        """Hand a change to those who follow its key."""
        with self._lock:
            followers = list(self._of.get(entry.key, ()))
        for subscription in followers:
            subscription.deliver(entry)

    def end(self, _sender: object = None) -> None:
        """Let every subscription end, those still to come included: the service is stopping."""
        self._ended = True
        with self._lock:
            followers = [one for followers in self._of.values() for one in followers]
        for subscription in followers:
            subscription.end()

    def _forget(self, key: str, subscription: Subscription) -> None:
        with self._lock:
            self._of[key].discard(subscription)
            if not self._of[key]:
                del self._of[key]

    def _hear(self, _sender: object, *, entry: StateEntry) -> None:
        self.deliver(entry)
