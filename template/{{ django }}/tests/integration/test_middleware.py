from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

Read = Callable[[str], list[dict[str, Any]]]


@pytest.mark.parametrize("request_id", ["a", "A-Z_a.z-09", "x" * 128])
def test_the_id_of_the_caller_is_kept(client: Client, request_id: str) -> None:
    assert client.get("/flags", headers={"X-Request-ID": request_id})["X-Request-ID"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", "<a>"])
def test_a_bad_id_is_replaced(client: Client, request_id: str) -> None:
    answers = [client.get("/flags", headers={"X-Request-ID": request_id}) for _ in range(2)]
    ids = {answer["X-Request-ID"] for answer in answers}
    assert len(ids) == 2
    assert request_id not in ids


def test_one_line_a_request(client: Client, logged: Read) -> None:
    client.get("/state/some.key", headers={"X-Request-ID": "r1"})
    (line,) = logged("request")
    assert line["duration_ms"] >= 0
    assert {name: line[name] for name in ("method", "route", "status", "request_id")} == {
        "method": "GET",
        "route": "/state/{key}",
        "status": 404,
        "request_id": "r1",
    }


def test_probes_are_not_logged(client: Client, logged: Read) -> None:
    client.get("/health/live")
    assert logged("request") == []


def test_answers_have_a_length(client: Client) -> None:
    answer = client.get("/health/live")
    assert answer["Content-Length"] == str(len(answer.content))


@pytest.mark.parametrize("path", ["/flags", "/nowhere", "/docs"])
def test_browsers_are_told_to_be_careful(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer


def test_production_insists_on_https(client: Client, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    assert client.get("/flags")["Strict-Transport-Security"] == "max-age=60"


@pytest.mark.parametrize("host", ["evil.example", "api.example.com:x", ""])
def test_a_foreign_host_is_refused(client: Client, settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["api.example.com", ".example.org"]
    answer = client.get("/flags", headers={"Host": host})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["api.example.com", "API.example.com:80", "a.example.org"])
def test_an_allowed_host_is_answered(client: Client, settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["api.example.com", ".example.org"]
    assert client.get("/flags", headers={"Host": host}).status_code == 200


def test_probes_come_with_any_host(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["api.example.com"]
    assert client.get("/health/live", headers={"Host": "10.0.0.1"}).status_code == 200


def test_other_origins_are_off_until_configured(client: Client, settings: Settings) -> None:
    origin = "https://app.example.com"
    headers = {"Origin": origin}
    assert "Access-Control-Allow-Origin" not in client.get("/flags", headers=headers)
    settings.CORS_ALLOWED_ORIGINS = [origin]
    assert client.get("/nowhere", headers=headers)["Access-Control-Allow-Origin"] == origin
