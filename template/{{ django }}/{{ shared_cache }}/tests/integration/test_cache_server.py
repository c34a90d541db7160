"""What services have in the same server; two handles stand for two of them."""

import os

import pytest
from django.core.cache import CacheHandler
from django.core.cache.backends.base import BaseCache

from config.cache import PREFIX, cache_of
from tests.cache_keys import key_of_this_test

SERVER = os.environ["CACHE_URL"].partition("?")[0]


def service(address: str) -> BaseCache:
    """What a service with this ``CACHE_URL`` has."""
    settings = cache_of(address, timeout=5)
    # The prefix of a test is one more, in front of that of the service.
    prefix = key_of_this_test(settings["KEY_PREFIX"], "", 1)
    return CacheHandler({"default": settings | {"KEY_PREFIX": prefix}})["default"]


@pytest.mark.parametrize("address", [SERVER, f"{SERVER}?prefix=orders"])
def test_services_do_not_see_each_other(address: str) -> None:
    here, there = service(address), service(f"{SERVER}?prefix=other")
    here.set("key", "of one", 60)
    there.set("key", "of the other", 60)
    assert (here.get("key"), there.get("key")) == ("of one", "of the other")
    there.delete("key")
    assert here.get("key") == "of one"


def test_processes_of_one_service_do() -> None:
    service(SERVER).set("key", "value", 60)
    assert service(f"{SERVER}?prefix={PREFIX}").get("key") == "value"


@pytest.mark.parametrize("value", [1, "text", "é\0", None, True, [1.5, {"a": None}]])
def test_any_json_is_kept(value: object) -> None:
    store = service(SERVER)
    store.set("key", value, 60)
    assert store.get("key", "nothing") == value


def test_numbers_can_be_counted_up() -> None:
    store = service(SERVER)
    store.set("key", 1, 60)
    assert store.incr("key", 2) == 3
    assert store.get("key") == 3


def test_nothing_is_pickled() -> None:
    with pytest.raises(TypeError):
        service(SERVER).set("key", object(), 60)
