"""The cache in Memcached."""

from typing import Any


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


def cache_of(address: str, *, timeout: float) -> dict[str, Any]:
    """Return the cache that an address names, as Django's ``CACHES`` wants it.

    An answer is waited for ``timeout`` seconds.
    """
    return {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": address.removeprefix("memcached://").rstrip("/"),
        "OPTIONS": {
            "serde": TextSerializer(),
            "connect_timeout": timeout,
            "timeout": timeout,
            "no_delay": True,
            "use_pooling": True,  # threads that share a connection would get each other's answers
            "dead_timeout": 0,  # core/cache.py decides how long a server that is down is left alone
        },
    }
