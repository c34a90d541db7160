"""The cache in Redis or Valkey."""

from typing import Any


class TextSerializer:
    """Keeps text as it is: Django would pickle it, and unpickling runs whatever it is told to."""

    def dumps(self, value: str) -> bytes:
        """Make bytes of it."""
        return value.encode()

    def loads(self, value: bytes) -> str:
        """Make text of it again."""
        return value.decode()


def cache_of(address: str, *, timeout: float) -> dict[str, Any]:
    """Return the cache that an address names, as Django's ``CACHES`` wants it.

    An answer is waited for ``timeout`` seconds.
    """
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": address,
        "OPTIONS": {
            "serializer": TextSerializer,
            "socket_connect_timeout": timeout,
            "socket_timeout": timeout,
            "retry": None,
        },
    }
