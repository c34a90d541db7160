"""Section 8: what callers see when something breaks; section 2: how the service stops."""

import json
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from .client import Client
from .databases import SQLiteFile
from .products import create
from .service import Service
from .spare import Spare
from .trust import NOBODY


class SlowRequest:
    """A PUT whose body is sent in two halves: in flight for as long as a test wants."""

    def __init__(self, service: Service, key: str, headers: dict[str, str]) -> None:
        body = b'{"value":"in flight"}'
        head = {
            "Host": "127.0.0.1",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **{
                name: value
                for name, value in headers.items()
                if name.lower() in {"authorization", "x-api-key", "cookie", "x-csrf-token"}
            },
        }
        lines = [f"PUT /state/{key} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items()), "", ""]
        self._rest = body[10:]
        self._connection = socket.create_connection(service.address, timeout=30)
        self._connection.sendall("\r\n".join(lines).encode() + body[:10])

    def abandon(self) -> None:
        """Hang up."""
        self._connection.close()

    def finish(self) -> str:
        """Send the rest and return the answer."""
        with self._connection:
            self._connection.sendall(self._rest)
            received = b""
            while chunk := self._connection.recv(65536):
                received += chunk
                if b"\r\n\r\n" in received and received.rstrip().endswith(b"}"):
                    break
        return received.decode()


def takes_no_more_requests(service: Service, timeout: float = 15) -> bool:
    """Wait until new connections are refused, or at least left without an answer."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            httpx2.get(f"{service.url}/health/live", verify=NOBODY, trust_env=False, timeout=1)
        except httpx2.HTTPError:
            return True
        time.sleep(0.05)
    return False


# Stopping -----------------------------------------------------------------------


@pytest.mark.contract("2")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm(spare: Spare, workers: str) -> None:
    """No new requests, those in flight are finished, open streams are ended, exit 0."""
    service = spare.start(WORKERS=workers)
    editor = spare.editor()
    logged = service.log_size()
    editor.put("/state/stream", json={"value": 1})
    with editor.events("stream") as stream:
        stream.next()
        request = SlowRequest(service, f"slow-{workers}", spare.credentials())
        # The service answers others meanwhile, so the half request has been read by now.
        assert editor.get("/health/live").status_code == 200
        service.send_sigterm()
        assert takes_no_more_requests(service)
        assert request.finish().startswith("HTTP/1.1 200")
        started = time.monotonic()
        assert service.wait(30) == 0
        assert stream.wait_closed(5)
    assert time.monotonic() - started < 8, "it waited for a stream that never ends by itself"
    assert "Traceback" not in service.logged(logged)
    assert f"slow-{workers}" in service.database.content()
    assert service.leaks() == []


@pytest.mark.contract("2")
def test_sigterm_does_not_wait_for_ever(spare: Spare) -> None:
    """A request that never ends is given up after a while."""
    service = spare.start(SHUTDOWN_TIMEOUT="2", LOG_LEVEL="error", ENVIRONMENT="test")
    request = SlowRequest(service, "never", spare.credentials())
    quiet = service.client().get("/health/live", headers={"X-Request-ID": "below-the-level"})
    assert quiet.status_code == 200
    assert "below-the-level" not in service.logged(), "LOG_LEVEL is what is logged, and no less"
    service.send_sigterm()
    try:
        assert service.wait(40) == 0
    finally:
        request.abandon()


@pytest.mark.contract("8")
def test_sigkill_loses_nothing(spare: Spare) -> None:
    """Whatever was acknowledged before the power cut is there after it."""
    service = spare.start(WORKERS="2")
    credentials = spare.credentials()
    acknowledged = [0, 0, 0, 0]
    enough = threading.Event()
    created: list[str] = []

    def write(number: int) -> None:
        client = httpx2.Client(
            base_url=service.url, headers=credentials, verify=NOBODY, trust_env=False, timeout=10
        )
        with client:
            while True:
                try:
                    answer = client.put(
                        f"/state/writer-{number}", json={"value": acknowledged[number] + 1}
                    )
                except httpx2.HTTPError:
                    return
                assert answer.status_code == 200, answer.text
                acknowledged[number] = answer.json()["value"]
                if min(acknowledged) >= 15:
                    enough.set()

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        if service.stack.example:
            created += [create(spare.editor())["id"] for _ in range(3)]
        assert enough.wait(30)
        service.kill()
        for writer in writers:
            writer.result()
    spare.start(WORKERS="2")
    client = service.client()
    assert all(client.get(f"/products/{known}").status_code == 200 for known in created)
    for number, value in enumerate(acknowledged):
        entry = client.get(f"/state/writer-{number}").json()
        # One more may have been stored without its answer having arrived.
        assert value <= entry["value"] <= value + 1
        assert entry["version"] == entry["value"]
    logged = service.log_size()
    # A supervisor may signal the whole group: nothing is left behind, nothing is traced back.
    os.killpg(service.launcher, signal.SIGTERM)
    service.wait(30)
    assert takes_no_more_requests(service)
    assert "Traceback" not in service.logged(logged)


# The database -------------------------------------------------------------------


@pytest.mark.contract("8")
@pytest.mark.only(database="sqlite")
def test_locked_database(service: Service, editor: Client) -> None:
    """Another process holds the write lock: writes are 503 after a bounded wait, reads go on."""
    editor.put("/state/locked", json={"value": 1})
    assert isinstance(service.database, SQLiteFile)
    lock = service.database.lock()
    try:
        assert editor.get("/state/locked").json()["value"] == 1
        started = time.monotonic()
        answer = editor.put("/state/locked", json={"value": 2})
        assert answer.status_code == 503
        assert time.monotonic() - started < 20
        for word in ("is locked", "INSERT", "UPDATE", "sqlite"):
            assert word not in answer.text
        assert editor.get("/health/live").status_code == 200
    finally:
        lock.close()
    assert editor.put("/state/locked", json={"value": 3}).status_code == 200
    assert editor.get("/state/locked").json()["version"] == 2


@pytest.mark.contract("3")
def test_an_error_nobody_foresaw(passing_service: Callable[..., Service]) -> None:
    """A column gone, the service says nothing of the inside, and logs the trace with the id.

    In production, at an address of its own. Each line that it ever wrote is JSON.
    """
    secret = secrets.token_urlsafe(48)
    service = passing_service(
        "broken",
        ENVIRONMENT="production",
        SECRET_KEY=secret,
        HOST="127.0.0.2",
        ALLOWED_HOSTS="127.0.0.2",
    ).start()
    with (
        pytest.raises(OSError, match="refused"),
        socket.create_connection(("127.0.0.1", service.port), timeout=2),
    ):
        pass
    assert service.client().get("/state/a").status_code == 404
    service.inspector.broken_on_purpose = True
    service.database.rename_column("state", "value", "gone")
    start = service.log_size()
    answer = service.client().get("/state/a", headers={"X-Request-ID": "unforeseen"})
    assert answer.status_code == 500
    for word in ("column", "gone", "SELECT", "state_", "no such"):
        assert word not in answer.text
    # A trace names the files it went through, in whatever form.
    traces = [json.loads(line) for line in service.wait_for_log(".py", start)]
    assert {line["request_id"] for line in traces} == {"unforeseen"}
    assert service.client().get("/health/live").status_code == 200
    assert service.terminate() == 0
    for line in service.logged().splitlines():
        assert isinstance(json.loads(line), dict), line
