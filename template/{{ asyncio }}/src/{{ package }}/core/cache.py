"""Get-or-compute: a value is computed once and shared, also by callers who ask at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError
from structlog.typing import FilteringBoundLogger

from .breaker import BreakerState, CircuitBreaker
from .metrics import CACHE_REQUESTS

logger: FilteringBoundLogger = structlog.get_logger()

T = TypeVar("T")


class CacheStore(Protocol):
    """Where cached bytes are kept. ``get``, ``set``, ``delete`` and ``check`` may raise."""

    async def start(self) -> None:
        """Get ready; a store that is down now may come up later."""

    async def stop(self) -> None:
        """Let go of connections."""

    async def check(self) -> None:
        """Raise when the store does not answer."""

    async def get(self, key: str) -> bytes | None:
        """Return what is kept under ``key``, if anything."""
        ...

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Keep ``value`` for ``ttl`` seconds."""

    async def delete(self, key: str) -> None:
        """Forget ``key``."""

    def lock(self, key: str) -> AbstractAsyncContextManager[None]:
        """Keep other processes from computing ``key`` while the block runs.

        As far as the store can: when it is down, or the wait gets long, the block runs anyway.
        """
        ...


class Cache:
    """Typed values in a store of bytes.

    Values are kept as JSON, so ``None`` is a value like any other, and a store that somebody
    else can write to cannot make this process run code. While the store is down or slow, callers
    get the same answers, computed each time; after three failures it is left alone for a while.
    """

    name = "cache"

    def __init__(self, store: CacheStore, *, timeout: float = 0.25, reset: float = 5) -> None:
        """``timeout`` bounds one call of the store, ``reset`` is the pause after failures."""
        self._store = store
        self._timeout = timeout
        self._breaker = CircuitBreaker(threshold=3, reset=reset)
        self._computing: dict[str, asyncio.Task[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        await self._store.start()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._store.stop()

    async def check(self) -> None:
        await self._store.check()

    async def get_or_compute(
        self, key: str, compute: Callable[[], Awaitable[T]], *, adapter: TypeAdapter[T], ttl: float
    ) -> T:
        """Return the value under ``key``; where there is none, compute it and keep it.

        Concurrent callers share one computation. It goes on when some of them go away; what it
        raises goes to all who wait and is not kept. ``ttl`` is in seconds; what is kept expires
        up to a tenth earlier, so that values made together do not expire together.
        """
        if (hit := await self._read(key, adapter)) is not None:
            CACHE_REQUESTS.labels("hit").inc()
            return hit[0]
        CACHE_REQUESTS.labels("miss").inc()
        task: asyncio.Task[T] | None = self._computing.get(key)
        if task is None:
            task = asyncio.create_task(self._compute(key, compute, adapter, ttl))
            self._computing[key] = task
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    async def get(self, key: str, *, adapter: TypeAdapter[T]) -> T | None:
        """Return the value under ``key``, or ``None``."""
        hit = await self._read(key, adapter)
        return None if hit is None else hit[0]

    async def set(self, key: str, value: T, *, adapter: TypeAdapter[T], ttl: float) -> None:
        """Keep ``value`` for ``ttl`` seconds, or up to a tenth less.

        What is being computed for ``key`` in this process is not kept after this.
        """
        self._computing.pop(key, None)
        await self._keep(key, value, adapter, ttl)

    async def delete(self, key: str) -> None:
        """Forget the value under ``key``, also one that is being computed in this process.

        Its callers still get it; those who ask from now on do not.
        """
        self._computing.pop(key, None)
        await self._call(self._store.delete, key)

    async def _compute(
        self, key: str, compute: Callable[[], Awaitable[T]], adapter: TypeAdapter[T], ttl: float
    ) -> T:
        if self._breaker.state is not BreakerState.CLOSED:
            return await compute()
        async with self._store.lock(key):
            if (hit := await self._read(key, adapter)) is not None:  # made by another process
                return hit[0]
            value = await compute()
            if self._is_wanted(key):
                await self._keep(key, value, adapter, ttl)
                if not self._is_wanted(key):  # any more: it came in after its deletion
                    await self._call(self._store.delete, key)
            return value

    def _is_wanted(self, key: str) -> bool:
        """Whether what this task computes is still what is to be kept under ``key``."""
        return self._computing.get(key) is asyncio.current_task()

    def _forget(self, key: str, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if self._computing.get(key) is task:
            del self._computing[key]
        if not task.cancelled():
            task.exception()  # marks it as seen, in case nobody waits any more

    async def _keep(self, key: str, value: T, adapter: TypeAdapter[T], ttl: float) -> None:
        shortened = ttl * random.uniform(0.9, 1)  # noqa: S311 - spreads load, guards nothing
        await self._call(self._store.set, key, adapter.dump_json(value), shortened)

    async def _read(self, key: str, adapter: TypeAdapter[T]) -> tuple[T] | None:
        content: bytes | None = await self._call(self._store.get, key)
        if content is None:
            return None
        try:
            return (adapter.validate_json(content),)
        except ValidationError:  # kept by a version of the service with another idea of the value
            return None

    async def _call(self, operation: Callable[..., Awaitable[Any]], *arguments: object) -> Any:  # noqa: ANN401
        """Call the store; ``None`` when it fails, is slow, or is being left alone."""
        permit = self._breaker.allow()
        if permit is None:
            return None
        try:
            async with asyncio.timeout(self._timeout):
                result = await operation(*arguments)
        except Exception as error:  # noqa: BLE001 - no failure of a cache may reach a caller
            self._breaker.failed(permit)
            CACHE_REQUESTS.labels("error").inc()
            logger.warning("cache failed", operation=operation.__name__, error=repr(error))
            return None
        except BaseException:  # the caller went away
            self._breaker.abandoned(permit)
            raise
        self._breaker.succeeded(permit)
        return result
