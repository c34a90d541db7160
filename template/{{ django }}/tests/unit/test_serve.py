import os
import signal
import socket
from typing import Any

import pytest
import uvicorn
from django.core.management import CommandError, call_command
from pytest_django import Settings


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the server was called with."""
    calls: list[dict[str, Any]] = []

    def run(application: str, **options: Any) -> None:  # noqa: ANN401
        directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        calls.append({"application": application, "metrics": directory, **options})

    monkeypatch.setattr(uvicorn, "run", run)
    monkeypatch.setattr(signal, "signal", lambda *_: signal.SIG_DFL)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    return calls


def test_it_serves_as_the_settings_say(served: list[dict[str, Any]], settings: Settings) -> None:
    settings.PORT, settings.WORKERS, settings.SHUTDOWN_TIMEOUT = 0, 1, 7
    call_command("serve")
    (call,) = served
    assert call["application"] == "config.asgi:application"
    assert (call["host"], call["port"]) == ("127.0.0.1", 0)
    assert "workers" not in call
    assert call["timeout_graceful_shutdown"] == 7
    assert call["metrics"] is None
    assert call["ws"] == "none"


def test_several_processes_share_their_metrics(
    served: list[dict[str, Any]],
    settings: Settings,
) -> None:
    settings.PORT, settings.WORKERS = 0, 2
    call_command("serve")
    assert served[0]["metrics"]
    assert served[0]["workers"] == 2


def test_with_reload_there_is_one_process(
    served: list[dict[str, Any]],
    settings: Settings,
) -> None:
    settings.PORT, settings.WORKERS = 0, 2
    call_command("serve", reload=True)
    assert served[0]["reload"]
    assert "workers" not in served[0]
    assert served[0]["metrics"] is None


@pytest.mark.usefixtures("served")
def test_a_port_that_is_taken_is_told_in_one_sentence(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.PORT = taken.getsockname()[1]
        sentence = rf"^Cannot listen on 127.0.0.1:{settings.PORT}: [^()]+\.$"
        with pytest.raises(CommandError, match=sentence):
            call_command("serve")
