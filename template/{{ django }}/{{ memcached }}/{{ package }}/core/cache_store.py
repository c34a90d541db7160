"""The store of the cache in Memcached."""

import hashlib
import json
import re
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.memcached import PyMemcacheCache
from pymemcache.client.base import PooledClient  # type: ignore[import-untyped]

MAX_BYTES = 1_000_000
SAFE_KEY = re.compile(r"[!-~]{1,250}")


class TooLargeError(ValueError):
    """Memcached would refuse a value of this size."""


class JSONSerializer:
    """Keeps JSON: Django would pickle values, and unpickling runs whatever it is told to."""

    def serialize(self, key: str, value: Any) -> tuple[bytes, int]:  # noqa: ANN401 - any JSON value
        """Make bytes of it. Raises ``TooLargeError``."""
        del key
        content = json.dumps(value).encode()
        if len(content) > MAX_BYTES:
            raise TooLargeError
        return content, 0

    def deserialize(self, key: str, value: bytes, flags: int) -> Any:  # noqa: ANN401
        """Make a value of it again."""
        del key, flags
        return json.loads(value)


class CacheStore(PyMemcacheCache):
    """Django's own, with connections that threads can share, and with failures that are told.

    Django's client spreads keys over several servers: it takes one that has failed out for a while
    and answers for it as if nothing were there. Any text is a key. Values over a megabyte, which
    Memcached refuses, are not kept.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._client = PooledClient(
            server, serde=JSONSerializer(), default_noreply=False, **params["OPTIONS"]
        )

    def make_key(self, key: str, version: int | None = None) -> str:
        name = super().make_key(key, version)
        return name if SAFE_KEY.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest()

    def set(
        self,
        key: str,
        value: Any,  # noqa: ANN401 - any JSON value
        timeout: Any = DEFAULT_TIMEOUT,  # noqa: ANN401 - as Django has it
        version: int | None = None,
    ) -> None:
        try:
            super().set(key, value, timeout, version)
        except TooLargeError:
            self.delete(key, version)

    @property
    def _cache(self) -> Any:  # noqa: ANN401 - the library is untyped
        return self._client
