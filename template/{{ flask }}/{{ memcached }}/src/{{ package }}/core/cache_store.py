"""Cached values in Memcached, shared by all processes of the service."""

import hashlib
import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]

LOCK_SECONDS = 30
LOCK_WAIT_SECONDS = 2
LOCK_PAUSE = 0.02
MAX_TTL = 30 * 24 * 3600  # Memcached takes more for a date
MAX_BYTES = 1_000_000
PREFIX = __name__.partition(".")[0]
SAFE_KEY = re.compile(r"[!-~]{1,250}")


class MemcachedStore:
    """Entries under ``prefix``, so that services can share a server.

    Values over a megabyte, which Memcached refuses, are not kept.
    """

    def __init__(self, client: PooledClient, *, prefix: str = PREFIX) -> None:
        self._client = client
        self._prefix = prefix

    def stop(self) -> None:
        self._client.close()

    def check(self) -> None:
        self._client.version()

    def get(self, key: str) -> bytes | None:
        value: bytes | None = self._client.get(self._name(key))
        return value

    def set(self, key: str, value: bytes, ttl: float) -> None:
        if len(value) > MAX_BYTES:
            self.delete(key)
            return
        seconds = min(MAX_TTL, max(1, math.ceil(ttl)))
        self._client.set(self._name(key), value, expire=seconds)

    def delete(self, key: str) -> None:
        self._client.delete(self._name(key))

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Hold a lock that expires by itself should this process die; wait for it, but not long."""
        name, token = self._name(f"lock:{key}"), uuid4().hex.encode()
        held = self._acquire(name, token)
        try:
            yield
        finally:
            if held:
                self._release(name, token)

    def _acquire(self, name: str, token: bytes) -> bool:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        try:
            while time.monotonic() < deadline:
                if self._client.add(name, token, expire=LOCK_SECONDS):
                    return True
                time.sleep(LOCK_PAUSE)
        except Exception:  # noqa: BLE001 - without the lock more is computed, nothing else
            return False
        return False

    def _release(self, name: str, token: bytes) -> None:
        try:
            found, version = self._client.gets(name)
            if found == token:  # and not somebody else's, after ours has expired
                self._client.cas(name, b"", version, expire=-1)
        except Exception:  # noqa: BLE001 - then it expires by itself
            return

    def _name(self, key: str) -> str:
        name = f"{self._prefix}:{key}"
        if SAFE_KEY.fullmatch(name):
            return name
        return f"{self._prefix}:{hashlib.sha256(key.encode()).hexdigest()}"


def create_store(url: str, *, timeout: float) -> MemcachedStore:
    """Make the store that ``CACHE_URL`` names; ``timeout`` bounds a command, in seconds.

    ``?prefix=`` at the end of the URL takes the place of the service's own prefix.
    """
    parts = urlsplit(url)
    client = PooledClient(
        (parts.hostname or "127.0.0.1", parts.port or 11211),
        connect_timeout=timeout,
        timeout=timeout,
        default_noreply=False,
        no_delay=True,
    )
    return MemcachedStore(client, prefix=parse_qs(parts.query).get("prefix", [PREFIX])[-1])
