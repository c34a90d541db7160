"""Cached values in Memcached, shared by all processes of the service."""

import asyncio
import hashlib
import math
import re
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]

LOCK_SECONDS = 30
LOCK_WAIT_SECONDS = 2
LOCK_PAUSE = 0.02
MAX_TTL = 30 * 24 * 3600  # Memcached takes more for a date
MAX_BYTES = 1_000_000
CONNECTIONS = 8
PREFIX = __name__.partition(".")[0]
SAFE_KEY = re.compile(r"[!-~]{1,250}")


class MemcachedStore:
    """Entries under ``prefix``, so that services can share a server.

    The client is a synchronous one in threads: after a timeout the known asyncio clients reuse a
    connection whose answer nobody has read. Values over a megabyte, which Memcached refuses, are
    not kept.
    """

    def __init__(self, client: PooledClient, *, limit: float, prefix: str = PREFIX) -> None:
        """``limit`` is for a command in a thread, in seconds, whatever becomes of the thread."""
        self._client = client
        self._limit = limit
        self._prefix = prefix
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="memcached")

    async def start(self) -> None:
        """Connect when first needed: the server may come up later."""

    async def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def check(self) -> None:
        await self._run(self._client.version)

    async def get(self, key: str) -> bytes | None:
        value: bytes | None = await self._run(self._client.get, self._name(key))
        return value

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        if len(value) > MAX_BYTES:
            await self.delete(key)
            return
        seconds = min(MAX_TTL, max(1, math.ceil(ttl)))
        await self._run(self._client.set, self._name(key), value, expire=seconds)

    async def delete(self, key: str) -> None:
        await self._run(self._client.delete, self._name(key))

    @asynccontextmanager
    async def lock(self, key: str) -> AsyncIterator[None]:
        """Hold a lock that expires by itself should this process die; wait for it, but not long."""
        name, token = self._name(f"lock:{key}"), uuid4().hex.encode()
        held = await self._acquire(name, token)
        try:
            yield
        finally:
            if held:
                await self._release(name, token)

    async def _acquire(self, name: str, token: bytes) -> bool:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        try:
            while time.monotonic() < deadline:
                if await self._run(self._client.add, name, token, expire=LOCK_SECONDS):
                    return True
                await asyncio.sleep(LOCK_PAUSE)
        except Exception:  # noqa: BLE001 - without the lock more is computed, nothing else
            return False
        return False

    async def _release(self, name: str, token: bytes) -> None:
        try:
            found, version = await self._run(self._client.gets, name)
            if found == token:  # and not somebody else's, after ours has expired
                await self._run(self._client.cas, name, b"", version, expire=-1)
        except Exception:  # noqa: BLE001 - then it expires by itself
            return

    async def _run(self, operation: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401
        call = partial(operation, *args, **options)
        async with asyncio.timeout(self._limit):
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)

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
        max_pool_size=CONNECTIONS,
    )
    prefix = parse_qs(parts.query).get("prefix", [PREFIX])[-1]
    # A command connects, sends and receives, each within the client's own limit.
    return MemcachedStore(client, limit=4 * timeout, prefix=prefix)
