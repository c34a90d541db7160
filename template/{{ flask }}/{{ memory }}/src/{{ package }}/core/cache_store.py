"""Cached values in the memory of this process."""

import time
from collections import OrderedDict
from contextlib import AbstractContextManager, nullcontext
from threading import Lock


class MemoryStore:
    """The most recently used entries, each until it expires.

    Every process has its own. At most ``max_entries`` are kept; the one not used for the longest
    time goes first.
    """

    def __init__(self, *, max_entries: int = 10_000) -> None:
        self._max_entries = max_entries
        self._entries: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._lock = Lock()

    def stop(self) -> None:
        with self._lock:
            self._entries.clear()

    def check(self) -> None:
        """Memory is always there."""

    def get(self, key: str) -> bytes | None:
        with self._lock:
            value, expires = self._entries.get(key, (None, 0.0))
            if value is None:
                return None
            if expires <= time.monotonic():
                del self._entries[key]
                return None
            self._entries.move_to_end(key)
            return value

    def set(self, key: str, value: bytes, ttl: float) -> None:
        with self._lock:
            self._entries[key] = (value, time.monotonic() + ttl)
            self._entries.move_to_end(key)
            while len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)

    def delete(self, key: str) -> None:
        with self._lock:
            self._entries.pop(key, None)

    def lock(self, key: str) -> AbstractContextManager[None]:
        """No other process can see these entries, so there is nobody to lock out."""
        del key
        return nullcontext()


def create_store(url: str, *, timeout: float) -> MemoryStore:
    """Make the store that ``CACHE_URL`` names."""
    del url, timeout  # memory:// says all there is to say, and answers at once
    return MemoryStore()
