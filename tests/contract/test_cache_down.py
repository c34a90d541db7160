"""Section 8: a cache that is gone, and one that hangs. On a server of the tests' own."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .client import Client
from .instances import CACHE_INSTANCES, Instance
from .products import create
from .rates import RatesService
from .service import Service
from .sign_in import SignIn
from .stacks import Stack

pytestmark = [pytest.mark.contract("8"), pytest.mark.only(cache={"redis", "memcached"})]

# No answer may take longer than this, whatever the cache does.
BOUND = 5


@pytest.fixture(scope="session")
def own_cache(stack: Stack, premises: Path) -> Iterator[Instance]:
    """A cache server that may be stopped."""
    instance = CACHE_INSTANCES[stack.cache](premises / f"own-cache-{stack.name}")
    instance.start()
    yield instance
    instance.stop()


@pytest.fixture(scope="session")
def cached(
    start_service: Callable[..., Service],
    own_cache: Instance,
    stack: Stack,
    shared_rates: RatesService,
) -> Service:
    """A service on that cache; with the example it converts prices."""
    rates = shared_rates.settings() if stack.example else {}
    return start_service("cached", CACHE_URL=own_cache.url, **rates)


@pytest.fixture(scope="session")
def cached_editor(cached: Service, sign_in_to: Callable[[Service], SignIn]) -> Client:
    """A caller who may write everything there."""
    return sign_in_to(cached).client("editor", *cached.stack.permissions)


def wait_for_status(client: Client, wanted: str) -> None:
    """Wait until /health/ready says so; it is 200 all the while."""
    deadline = time.monotonic() + 60
    while True:
        answer = client.get("/health/ready")
        assert answer.status_code == 200
        if answer.json()["status"] == wanted:
            return
        assert time.monotonic() < deadline, f"never {wanted}: {answer.text}"
        time.sleep(0.1)


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_cache_down_in_mid_traffic(
    cached: Service,
    cached_editor: Client,
    own_cache: Instance,
    sign_in_to: Callable[[Service], SignIn],
    how: str,
) -> None:
    """The same answers, in bounded time, and no error; ready says degraded until it is back.

    Who signs in meanwhile gets in, and who listens to changes hears them.
    """
    editor = cached_editor
    wait_for_status(editor, "ok")
    paths = ["/state/traffic", "/flags", "/health/live"]
    version = editor.put("/state/traffic", json={"value": 1}).json()["version"]
    if cached.stack.example:
        path = f"/products/{create(editor)['id']}"
        paths += [path, f"{path}/prices?currencies=EUR,GBP", "/products?limit=2"]
    done = threading.Event()

    def read(path: str) -> tuple[set[int], float]:
        statuses, longest = set(), 0.0
        while not done.is_set():
            started = time.monotonic()
            statuses.add(editor.get(path).status_code)
            longest = max(longest, time.monotonic() - started)
        return statuses, longest

    with ThreadPoolExecutor(len(paths)) as pool, editor.events("traffic") as stream:
        assert stream.next().entry["version"] == version
        readers = [pool.submit(read, path) for path in paths]
        try:
            if how == "stopped":
                own_cache.stop()
            else:
                own_cache.freeze()
            wait_for_status(editor, "degraded")
            assert editor.get("/health/ready").json()["components"]["cache"]["status"] != "ok"
            assert str(own_cache.port) not in editor.get("/health/ready").text
            newcomer = sign_in_to(cached).client(f"newcomer-{how}", *cached.stack.permissions)
            assert newcomer.put("/state/traffic", json={"value": 2}).status_code == 200
            assert stream.next().entry["version"] == version + 1
            if cached.stack.example:
                create(newcomer)
        finally:
            if how == "stopped":
                own_cache.start()
            else:
                own_cache.thaw()
            try:
                wait_for_status(editor, "ok")
            finally:
                done.set()
        for statuses, longest in (reader.result() for reader in readers):
            assert statuses == {200}
            assert longest < BOUND


@pytest.mark.only(example=True)
@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_a_change_while_the_cache_is_away(
    cached_editor: Client, own_cache: Instance, how: str
) -> None:
    """Is visible to the next read, and also once the cache is back with what it had kept."""
    editor = cached_editor
    wait_for_status(editor, "ok")
    path, other = (f"/products/{create(editor)['id']}" for _ in range(2))
    for kept in (path, other):
        assert editor.get(kept).json()["price"] == "19.90"
    if how == "stopped":
        own_cache.stop()
    else:
        own_cache.freeze()
    try:
        started = time.monotonic()
        assert editor.patch(path, json={"price": "20.00"}).status_code == 200
        assert editor.get(path).json()["price"] == "20.00"
        assert editor.delete(other).status_code == 204
        assert editor.get(other).status_code == 404
        assert time.monotonic() - started < 4 * BOUND
    finally:
        if how == "stopped":
            own_cache.start()
        else:
            own_cache.thaw()
    wait_for_status(editor, "ok")
    for _ in range(3):
        assert editor.get(path).json()["price"] == "20.00"
        assert editor.get(other).status_code == 404


def test_start_without_cache(
    passing_service: Callable[..., Service], stack: Stack, premises: Path
) -> None:
    """A cache that is not there yet is no reason not to start."""
    absent = CACHE_INSTANCES[stack.cache](premises / f"absent-{stack.name}")
    service = passing_service("no-cache", CACHE_URL=absent.url).start()
    client = service.client()
    assert client.get("/health/ready").json()["status"] == "degraded"
    assert client.get("/flags").status_code == 200
    absent.start()
    try:
        wait_for_status(client, "ok")
    finally:
        absent.stop()
    assert service.terminate() == 0
