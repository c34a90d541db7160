from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from tests.fixtures.app import MakeApp

Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def make_client(make_app: MakeApp) -> Callable[..., FlaskClient]:
    """Make a client of the application with other settings; it is not started."""

    def make(**values: object) -> FlaskClient:
        return make_app(**values).test_client()

    return make


@pytest.mark.parametrize("request_id", ["a", "A-Z_a.z-09", "x" * 128])
def test_the_id_of_the_caller_is_kept(client: FlaskClient, request_id: str) -> None:
    answer = client.get("/flags", headers={"X-Request-ID": request_id})
    assert answer.headers["X-Request-ID"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", "<a>"])
def test_a_bad_id_is_replaced(client: FlaskClient, request_id: str) -> None:
    headers = {"X-Request-ID": request_id}
    ids = {client.get("/flags", headers=headers).headers["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2
    assert request_id not in ids


def test_one_line_a_request(client: FlaskClient, logged: Read) -> None:
    client.get("/state/some.key", headers={"X-Request-ID": "r1"})
    (line,) = logged("request")
    assert line["duration_ms"] >= 0
    assert {name: line[name] for name in ("method", "route", "status", "request_id")} == {
        "method": "GET",
        "route": "/state/{key}",
        "status": 404,
        "request_id": "r1",
    }


def test_probes_are_not_logged(client: FlaskClient, logged: Read) -> None:
    client.get("/health/live")
    assert logged("request") == []


@pytest.mark.parametrize("path", ["/flags", "/nowhere", "/docs"])
def test_browsers_are_told_to_be_careful(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in answer.headers


def test_production_insists_on_https(make_client: Callable[..., FlaskClient]) -> None:
    answer = make_client(environment="production").get("/nowhere")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_view_may_know_better(app: Flask) -> None:
    @app.get("/frame")
    def frame() -> Response:
        return Response(headers={"X-Frame-Options": "SAMEORIGIN"})

    answer = app.test_client().get("/frame")
    assert answer.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


HOSTS = ["api.example.com", "*.example.org", "[::1]"]


@pytest.mark.parametrize("host", ["evil.example", "example.org", "api.example.com.evil", ""])
def test_a_foreign_host_is_refused(make_client: Callable[..., FlaskClient], host: str) -> None:
    answer = make_client(allowed_hosts=HOSTS).get("/flags", headers={"Host": host})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert "X-Request-ID" in answer.headers


@pytest.mark.parametrize(
    "host", ["api.example.com", "API.example.com:80", "a.example.org", "[::1]", "[::1]:8000"]
)
def test_an_allowed_host_is_answered(make_client: Callable[..., FlaskClient], host: str) -> None:
    answer = make_client(allowed_hosts=HOSTS).get("/nowhere", headers={"Host": host})
    assert answer.status_code == 404


def test_probes_come_with_any_host(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(allowed_hosts=HOSTS)
    assert client.get("/health/live", headers={"Host": "10.0.0.1"}).status_code == 200
