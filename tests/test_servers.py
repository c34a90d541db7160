"""The servers of this machine, and what the tests say when one is missing."""

import os
import re
import socket

import pytest

from tests import servers
from tests.servers import SERVERS, Server


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.answer)
def test_a_required_server_answers(server: Server) -> None:
    required = os.environ.get("REQUIRE_SERVERS") == "1"

    assert server.answers() or not required, server.report()


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.answer)
def test_a_server_that_answers_says_its_version(server: Server) -> None:
    assert not server.answers() or re.match(r"\d+\.\d+", server.version())


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.answer)
def test_an_open_port_is_not_taken_for_a_server(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        monkeypatch.setenv(server.variable, f"any://127.0.0.1:{port}/x")

        assert not server.answers()
        assert server.report() == (
            f"{server.title}: not found at 127.0.0.1:{port}; set {server.variable}, or start one"
        )


def test_a_service_is_led_to_the_servers_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:7000/5")

    assert servers.environment({"database": "sqlite", "cache": "redis"}) == {
        "TEST_CACHE_URL": "redis://127.0.0.1:7000/5"
    }
    assert servers.environment({"database": "sqlite", "cache": "memory"}) == {}
