"""The keys that a test has in the cache: no other test has them, nor any other run."""

from uuid import uuid4

_test = uuid4().hex


def key_of_this_test(key: str, _prefix: str, _version: int) -> str:
    """Return the key as the store knows it."""
    return f"test-{_test}-{key}"


def begin_a_test() -> None:
    """Leave all keys so far behind, in every thread."""
    global _test  # noqa: PLW0603 - Django knows the function by name alone
    _test = uuid4().hex
