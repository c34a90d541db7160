"""Section 8: a database server that is gone, and one that hangs. On a server of the tests' own."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .client import Client
from .databases import create
from .instances import DATABASE_INSTANCES, Instance
from .products import create as create_product
from .products import product
from .service import Service
from .sign_in import SignIn, csrf_token
from .stacks import Stack

pytestmark = [pytest.mark.contract("8"), pytest.mark.only(database={"postgresql", "mysql"})]

# However the timeouts are set, a caller is told within this many seconds.
BOUND = 20


@pytest.fixture(scope="session")
def database_server(stack: Stack, premises: Path) -> Iterator[Instance]:
    """A database server that may be stopped."""
    instance = DATABASE_INSTANCES[stack.database](premises / f"database-{stack.name}")
    instance.start()
    yield instance
    instance.stop()


@pytest.fixture(scope="session")
def fragile(
    new_service: Callable[..., Service],
    database_server: Instance,
    stack: Stack,
    workshop: Path,
) -> Iterator[Service]:
    """A service on that server."""
    database = create(stack.database, workshop, database_server.url)
    service = new_service("fragile", database=database).start()
    yield service
    database_server.thaw()
    if not database_server.is_listening():
        database_server.start()
    service.dispose()


@pytest.fixture(scope="session")
def fragile_editor(fragile: Service, sign_in_to: Callable[[Service], SignIn]) -> Client:
    """A caller who may write everything there."""
    return sign_in_to(fragile).client("editor", *fragile.stack.permissions)


def wait_ready(client: Client) -> None:
    """Wait until the service has recovered, all by itself."""
    deadline = time.monotonic() + 60
    while client.get("/health/ready").status_code != 200:
        assert time.monotonic() < deadline, "the service did not recover"
        time.sleep(0.1)


@pytest.fixture
def visitor(fragile: Service) -> Client:
    """Somebody about to sign in."""
    wait_ready(fragile.client())
    visitor = fragile.client()
    if fragile.stack.auth == "session":
        visitor.http.headers["X-CSRF-Token"] = csrf_token(visitor)
    return visitor


def ask_everything(editor: Client, visitor: Client, service: Service) -> dict[str, int]:
    """Read, write, ask who is there and sign in; each answer within bounds."""
    requests: list[tuple[Client, str, str, dict[str, Any]]] = [
        (editor, "GET", "/state/kept", {}),
        (editor, "PUT", "/state/kept", {"json": {"value": 2}}),
    ]
    if service.stack.example:
        requests.append((editor, "GET", "/products", {}))
        requests.append((editor, "POST", "/products", {"json": product()}))
    if service.stack.auth != "none":
        requests.append((editor, "GET", "/auth/me", {}))
    if service.stack.has_accounts:
        account = {"username": "editor", "password": service.secrets["the password of editor"]}
        jwt = service.stack.auth == "jwt"
        path = "/auth/token" if jwt else "/auth/login"
        requests.append((visitor, "POST", path, {"data" if jwt else "json": account}))
    statuses = {}
    for caller, method, path, content in requests:
        started = time.monotonic()
        statuses[f"{method} {path}"] = caller.request(method, path, **content).status_code
        assert time.monotonic() - started < BOUND, f"{method} {path}"
    return statuses


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_database_down(
    fragile: Service,
    fragile_editor: Client,
    visitor: Client,
    database_server: Instance,
    how: str,
) -> None:
    """503 with Retry-After within bounds, alive but not ready, and back by itself."""
    editor = fragile_editor
    wait_ready(editor)
    version = editor.put("/state/kept", json={"value": 1}).json()["version"]
    if how == "stopped":
        database_server.stop()
    else:
        database_server.freeze()
    try:
        started = time.monotonic()
        assert editor.get("/health/live").status_code == 200
        assert time.monotonic() - started < 2, "it waits for the database"
        ready = editor.get("/health/ready")
        assert time.monotonic() - started < BOUND
        assert ready.status_code == 503
        assert ready.json()["status"] == "unavailable"
        assert ready.json()["components"]["database"]["status"] != "ok"
        for secret in (str(database_server.port), "127.0.0.1", "postgres@", "root@", "://"):
            assert secret not in ready.text
        statuses = ask_everything(editor, visitor, fragile)
        assert set(statuses.values()) == {503}, statuses
        assert editor.get("/nowhere").status_code == 404
    finally:
        if how == "stopped":
            database_server.start()
        else:
            database_server.thaw()
    wait_ready(editor)
    entry = editor.get("/state/kept").json()
    if how == "stopped":
        assert (entry["value"], entry["version"]) == (1, version)
    statuses = ask_everything(editor, visitor, fragile)
    assert set(statuses.values()) <= {200, 201, 204}, statuses
    assert fragile.leaks() == []


def test_database_restarts_between_requests(
    fragile_editor: Client, database_server: Instance
) -> None:
    """Connections that died unnoticed do not give errors: the next request works."""
    wait_ready(fragile_editor)
    assert fragile_editor.put("/state/pooled", json={"value": 1}).status_code == 200
    database_server.stop()
    database_server.start()
    for value in range(5):
        assert fragile_editor.put("/state/pooled", json={"value": value}).status_code == 200
        assert fragile_editor.get("/state/pooled").status_code == 200


def test_streams_survive_a_restart(fragile_editor: Client, database_server: Instance) -> None:
    """A listener that stays connected hears of the first change after it."""
    wait_ready(fragile_editor)
    fragile_editor.put("/state/heard", json={"value": "before"})
    with fragile_editor.events("heard") as stream:
        version = stream.next().entry["version"]
        database_server.stop()
        database_server.start()
        wait_ready(fragile_editor)
        assert fragile_editor.put("/state/heard", json={"value": "after"}).status_code == 200
        assert stream.until(version + 1)[-1].entry["value"] == "after"


def test_start_without_database(
    passing_service: Callable[..., Service], stack: Stack, workshop: Path, database_server: Instance
) -> None:
    """`make run` cannot migrate: it ends with an error and one readable reason."""
    database = create(stack.database, workshop, database_server.url)
    database_server.stop()
    try:
        service = passing_service("no-database", database=database)
        service.launch()
        assert service.wait(60) != 0
        assert "Traceback" not in service.logged()
    finally:
        database_server.start()


@pytest.mark.only(example=True)
def test_products_after_all_this(fragile_editor: Client) -> None:
    """The service is well."""
    wait_ready(fragile_editor)
    path = f"/products/{create_product(fragile_editor)['id']}"
    assert fragile_editor.get(path).status_code == 200
