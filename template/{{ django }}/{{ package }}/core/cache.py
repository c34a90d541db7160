"""Get-or-compute on Django's cache: a value is computed once, also for callers who ask at once."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from django.core.cache import caches
from pydantic import TypeAdapter, ValidationError
from structlog.typing import FilteringBoundLogger

from .breaker import BreakerState, CircuitBreaker
from .metrics import CACHE_REQUESTS

logger: FilteringBoundLogger = structlog.get_logger()

T = TypeVar("T")

LOCK_SECONDS = 5
LOCK_PAUSE = 0.02


class Cache:
    """Typed values in the cache that ``settings.CACHES`` names.

    Values are kept as JSON, so ``None`` is a value like any other, and a store that somebody else
    can write to cannot make this process run code. While the store is down or slow, callers get
    the same answers, computed each time; after three failures it is left alone for a while.
    """

    name = "cache"

    def __init__(self, alias: str = "default", *, reset: float = 5) -> None:
        """``reset`` is the pause after failures, in seconds."""
        # One for all threads, which every store of ours can be: Django's handle on it would connect
        # again in each thread and for each request.
        self._store = caches.create_connection(alias)
        self._breaker = CircuitBreaker(threshold=3, reset=reset)
        self._lock = Lock()
        self._computing: dict[str, Future[Any]] = {}

    def start(self) -> None:
        """Connect when first needed: a store that is down now may come up later."""

    def stop(self) -> None:
        self._store.close()

    def check(self) -> None:
        """Raise when the store does not answer."""
        self._store.set("health", "ok", 10)

    def get_or_compute(
        self, key: str, compute: Callable[[], T], *, adapter: TypeAdapter[T], ttl: float
    ) -> T:
        """Return the value under ``key``; where there is none, compute it and keep it.

        Concurrent callers share one computation, in every process that shares the store; what it
        raises goes to all who wait in this one and is not kept. ``ttl`` is in seconds; what is
        kept expires up to a tenth earlier, so that values made together do not expire together.
        """
        if (hit := self._read(key, adapter)) is not None:
            CACHE_REQUESTS.labels("hit").inc()
            return hit[0]
        CACHE_REQUESTS.labels("miss").inc()
        mine = Future[T]()
        with self._lock:
            computing: Future[T] = self._computing.setdefault(key, mine)
        if computing is not mine:
            return computing.result()
        try:
            mine.set_result(self._compute(key, mine, compute, adapter, ttl))
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                if self._computing.get(key) is mine:
                    del self._computing[key]
        return mine.result()

    def get(self, key: str, *, adapter: TypeAdapter[T]) -> T | None:
        """Return the value under ``key``, or ``None``."""
        hit = self._read(key, adapter)
        return None if hit is None else hit[0]

    def set(self, key: str, value: T, *, adapter: TypeAdapter[T], ttl: float) -> None:
        """Keep ``value`` for ``ttl`` seconds, or up to a tenth less.

        What is being computed for ``key`` in this process is not kept after this.
        """
        with self._lock:
            self._computing.pop(key, None)
        self._keep(key, value, adapter, ttl)

    def delete(self, key: str) -> None:
        """Forget the value under ``key``, also one that is being computed in this process.

        Its callers still get it; those who ask from now on do not.
        """
        with self._lock:
            self._computing.pop(key, None)
        self._call("delete", key)

    def _compute(
        self,
        key: str,
        mine: Future[T],
        compute: Callable[[], T],
        adapter: TypeAdapter[T],
        ttl: float,
    ) -> T:
        if self._breaker.state is not BreakerState.CLOSED:
            return compute()
        with self._locked(key):
            if (hit := self._read(key, adapter)) is not None:  # made by another process
                return hit[0]
            value = compute()
            if self._computing.get(key) is mine:  # else it is out of date
                self._keep(key, value, adapter, ttl)
                if self._computing.get(key) is not mine:  # any more: it came in after its deletion
                    self._call("delete", key)
            return value

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        """Keep other processes from computing ``key`` while the block runs.

        As far as the store can: when it is down, or the wait gets long, the block runs anyway.
        """
        lock, token = f"lock:{key}", uuid4().hex
        deadline = time.monotonic() + LOCK_SECONDS
        while (mine := self._call("add", lock, token, LOCK_SECONDS)) is False:
            if time.monotonic() > deadline or self._call("get", key) is not None:
                break
            time.sleep(LOCK_PAUSE)
        try:
            yield
        finally:
            if mine and self._call("get", lock) == token:
                self._call("delete", lock)

    def _keep(self, key: str, value: T, adapter: TypeAdapter[T], ttl: float) -> None:
        shortened = ttl * random.uniform(0.9, 1)  # noqa: S311 - spreads load, guards nothing
        self._call("set", key, adapter.dump_json(value).decode(), max(1, round(shortened)))

    def _read(self, key: str, adapter: TypeAdapter[T]) -> tuple[T] | None:
        content: str | None = self._call("get", key)
        if content is None:
            return None
        try:
            return (adapter.validate_json(content),)
        except ValidationError:  # kept by a version of the service with another idea of the value
            return None

    def _call(self, operation: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call the store; ``None`` when it fails, is slow, or is being left alone."""
        permit = self._breaker.allow()
        if permit is None:
            return None
        try:
            result = getattr(self._store, operation)(*arguments)
        except Exception as error:  # noqa: BLE001 - no failure of a cache may reach a caller
            self._breaker.failed(permit)
            CACHE_REQUESTS.labels("error").inc()
            logger.warning("cache failed", operation=operation, error=repr(error))
            return None
        self._breaker.succeeded(permit)
        return result


cache = Cache()
"""The cache of this process."""
