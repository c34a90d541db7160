"""Two processes behave as one: sections 4, 5, 7 and 9 with WORKERS=2.

Each process is spoken to through a connection that it holds, so that nothing is left to chance.
"""

import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from .client import Client
from .metrics import Metrics
from .products import create, product, sku
from .service import Service
from .sign_in import csrf_token, take_tokens

_keys = itertools.count(1)


@pytest.fixture
def pair(workers: Service, workers_editor: dict[str, str]) -> list[Client]:
    """A caller of each of the two processes."""
    return workers.client_of_each_worker(workers_editor)


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return f"workers.{next(_keys)}"


@pytest.mark.contract("10")
def test_two_processes_serve(pair: list[Client]) -> None:
    """WORKERS=2 gives two processes that answer (the pair found one each), and both are ready."""
    assert len(pair) == 2
    assert all(client.get("/health/ready").status_code == 200 for client in pair)


@pytest.mark.contract("5")
def test_state_is_shared(pair: list[Client], key: str) -> None:
    """What one sets the other has at once, version included."""
    one, other = pair
    for version in range(1, 11):
        writer, reader = (one, other) if version % 2 else (other, one)
        writer.put(f"/state/{key}", json={"value": version})
        entry = reader.get(f"/state/{key}").json()
        assert (entry["value"], entry["version"]) == (version, version)


@pytest.mark.contract("5")
def test_no_lost_updates_between_processes(pair: list[Client], key: str) -> None:
    """Writers in both processes never get the same version."""

    def put(number: int) -> int:
        answer = pair[number % 2].put(f"/state/{key}", json={"value": number})
        assert answer.status_code == 200, answer.text
        version: int = answer.json()["version"]
        return version

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(put, range(24))) == list(range(1, 25))


@pytest.mark.contract("5")
def test_one_condition_between_processes(pair: list[Client], key: str) -> None:
    """Of writers in both processes who all saw the same version, one is let through."""
    path = f"/state/{key}"
    for version in range(1, 6):
        if version == 1:
            pair[0].put(path, json={"value": 0})
        condition = {"If-Match": f'"{version}"'}

        def put(number: int, condition: dict[str, str] = condition) -> int:
            caller = pair[number % 2]
            return caller.put(path, json={"value": number}, headers=condition).status_code

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(put, range(6))) == [200] + [412] * 5


@pytest.mark.contract("7")
@pytest.mark.only(auth="jwt")
def test_one_refresh_between_processes(workers: Service, pair: list[Client]) -> None:
    """Of exchanges of one token in both processes at most one works."""
    tokens = take_tokens(pair[0], "editor", workers.secrets["the password of editor"])

    def exchange(number: int) -> int:
        body = {"refresh_token": tokens["refresh_token"]}
        return pair[number % 2].post("/auth/refresh", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(exchange, range(6))) == [200] + [401] * 5


@pytest.mark.contract("10")
def test_lines_of_both_processes_are_json(workers: Service, pair: list[Client]) -> None:
    """LOG_FORMAT=json in development too, and LOG_LEVEL=debug says no less."""
    start = workers.log_size()
    for number, client in enumerate(pair):
        client.get("/flags", headers={"X-Request-ID": f"of-process-{number}"})
    for number in range(2):
        workers.wait_for_log(f"of-process-{number}", start)
    for line in workers.logged(start).rpartition("\n")[0].splitlines():
        assert isinstance(json.loads(line), dict), line


@pytest.mark.contract("5")
def test_a_change_in_another_process_is_heard(
    workers: Service, pair: list[Client], key: str
) -> None:
    """Whichever process the stream is in."""
    one, other = pair
    one.put(f"/state/{key}", json={"value": 1})
    with one.events(key) as first, other.events(key) as second:
        assert first.next().id == second.next().id == "1"
        for version, writer in ((2, "first"), (3, "second"), (4, "first")):
            # The connections of the pair are taken by the streams: new ones for writing.
            ready = workers.client_of_each_worker(dict(one.http.headers))
            ready[writer == "second"].put(f"/state/{key}", json={"value": version})
            for stream in (first, second):
                event = stream.next()
                assert (event.id, event.entry["value"]) == (str(version), version)


@pytest.mark.contract("4")
@pytest.mark.only(example=True)
def test_a_product_is_changed_for_all(pair: list[Client]) -> None:
    """Both have read it before; after the change of one the next read of each shows it."""
    one, other = pair
    path = f"/products/{create(one)['id']}"
    for number in range(1, 11):
        assert one.get(path).status_code == other.get(path).status_code == 200
        writer = pair[number % 2]
        assert writer.patch(path, json={"price": f"{number}.00"}).status_code == 200
        assert [client.get(path).json()["price"] for client in pair] == [f"{number}.00"] * 2
    assert other.delete(path).status_code == 204
    assert [client.get(path).status_code for client in pair] == [404, 404]


@pytest.mark.contract("4")
@pytest.mark.only(example=True)
def test_taken_sku_between_processes(pair: list[Client]) -> None:
    """One 201, whoever else tries where."""
    for _ in range(5):
        taken = sku()

        def post(number: int, taken: str = taken) -> int:
            return pair[number % 2].post("/products", json=product(sku=taken)).status_code

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(post, range(6))) == [201] + [409] * 5


@pytest.mark.contract("9")
def test_metrics_of_all_processes(pair: list[Client]) -> None:
    """Whichever process is asked, it counts what both did."""
    one, other = pair

    def count(client: Client) -> float:
        return Metrics(client.get("/metrics").text).total(
            "http_requests_total", method="GET", route="/flags", status="200"
        )

    before = count(one)
    for client in pair * 5:
        client.get("/flags")
    # A request is counted once its response is sent: the other process may be asked before that.
    deadline = time.monotonic() + 2
    while (counts := [count(one), count(other)]) != [before + 10] * 2:
        assert time.monotonic() < deadline, counts
        time.sleep(0.05)


def guess(client: Client, auth: str) -> int:
    """Log in with a wrong password."""
    account = {"username": "guessed", "password": "wrong"}
    if auth == "jwt":
        return client.post("/auth/token", data=account).status_code
    headers = {"X-CSRF-Token": csrf_token(client)}
    return client.post("/auth/login", json=account, headers=headers).status_code


@pytest.mark.contract("7")
@pytest.mark.only(has_accounts=True)
def test_failures_are_counted_over_all_processes(workers: Service) -> None:
    """Ten failures are ten failures, wherever they happened."""
    pair = workers.client_of_each_worker()
    statuses = [guess(pair[number % 2], workers.stack.auth) for number in range(12)]
    assert statuses == [401] * 10 + [429] * 2


@pytest.mark.contract("9")
def test_no_secrets_in_the_log(workers: Service) -> None:
    """Of either process."""
    assert workers.leaks() == []
