"""Cached values in Redis or Valkey, shared by all processes of the service."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast
from urllib.parse import parse_qs, urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

LOCK_SECONDS = 30
LOCK_WAIT_SECONDS = 2
PREFIX = __name__.partition(".")[0]


class RedisStore:
    """Entries under ``prefix``, so that services can share a server."""

    def __init__(self, redis: Redis, *, prefix: str = PREFIX) -> None:
        self._redis = redis
        self._prefix = prefix

    def stop(self) -> None:
        self._redis.close()

    def check(self) -> None:
        self._redis.ping()

    def get(self, key: str) -> bytes | None:
        return cast("bytes | None", self._redis.get(self._name(key)))

    def set(self, key: str, value: bytes, ttl: float) -> None:
        self._redis.set(self._name(key), value, px=max(1, int(ttl * 1000)))

    def delete(self, key: str) -> None:
        self._redis.delete(self._name(key))

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Hold a lock that expires by itself should this process die; wait for it, but not long."""
        lock = self._redis.lock(
            self._name(f"lock:{key}"),
            timeout=LOCK_SECONDS,
            blocking_timeout=LOCK_WAIT_SECONDS,
            sleep=0.02,
        )
        try:
            held = lock.acquire()
        except RedisError:
            held = False
        try:
            yield
        finally:
            if held:
                with suppress(RedisError):
                    lock.release()

    def _name(self, key: str) -> str:
        return f"{self._prefix}:{key}"


def create_store(url: str, *, timeout: float) -> RedisStore:
    """Make the store that ``CACHE_URL`` names; ``timeout`` bounds a command, in seconds.

    ``?prefix=`` at the end of the URL takes the place of the service's own prefix.
    """
    prefix = parse_qs(urlsplit(url).query).get("prefix", [PREFIX])[-1]
    redis = Redis.from_url(
        url.partition("?")[0],
        socket_connect_timeout=timeout,
        socket_timeout=timeout,
        # Once more at once, for connections that broke while idle, but not for a server that is
        # silent; the cache does the rest.
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
    return RedisStore(redis, prefix=prefix)
