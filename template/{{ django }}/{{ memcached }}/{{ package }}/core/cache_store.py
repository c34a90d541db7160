"""The store of the cache in Memcached."""

from typing import Any

from django.core.cache.backends.memcached import PyMemcacheCache
from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]


class TextSerializer:
    """Keeps text as it is: Django would pickle it, and unpickling runs whatever it is told to."""

    def serialize(self, key: str, value: str) -> tuple[bytes, int]:
        """Make bytes of it."""
        del key
        return value.encode(), 0

    def deserialize(self, key: str, value: bytes, flags: int) -> str:
        """Make text of it again."""
        del key, flags
        return value.decode()


class CacheStore(PyMemcacheCache):
    """Django's own, with connections that threads can share, and with failures that are told.

    Django's client spreads keys over several servers: it takes one that has failed out for a while
    and answers for it as if nothing were there.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._client = PooledClient(
            server, serde=TextSerializer(), default_noreply=False, **params["OPTIONS"]
        )

    @property
    def _cache(self) -> Any:  # noqa: ANN401 - the library is untyped
        return self._client
