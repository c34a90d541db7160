"""Section 1 in production: hosts, HSTS, CORS; and section 9: one JSON object a line."""

import json

import pytest

from .client import LASTING, Client
from .service import Service

ORIGIN = "https://app.example.com"


@pytest.fixture(scope="session")
def caller(production: Service) -> Client:
    """A caller of the service in production."""
    return production.client()


@pytest.mark.contract("1")
@pytest.mark.parametrize("path", ["/health/live", "/flags", "/nowhere", "/docs", "/metrics"])
def test_hsts(caller: Client, path: str) -> None:
    """Every response tells browsers to insist on HTTPS; the caller looks at all others too."""
    assert LASTING.fullmatch(caller.get(path).headers["strict-transport-security"])


@pytest.mark.contract("1")
@pytest.mark.parametrize("host", ["api.example.com", "API.Example.COM", "api.example.com:8443"])
def test_allowed_host(caller: Client, host: str) -> None:
    """Names of hosts have no case, and the port does not matter."""
    assert caller.get("/flags", headers={"Host": host}).status_code == 200


@pytest.mark.contract("1")
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "api.example.com.evil.example",
        "evil-api.example.com",
        "example.com",
        "localhost",
        "",
        "api.example.com@evil.example",
        "[::1]",
    ],
)
@pytest.mark.parametrize("path", ["/flags", "/nowhere"])
def test_foreign_host(caller: Client, host: str, path: str) -> None:
    """400, whatever is asked for."""
    assert caller.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.contract("1")
def test_forwarded_host_is_not_believed(caller: Client) -> None:
    """A header that anybody can send does not stand in for the host."""
    headers = {"Host": "evil.example", "X-Forwarded-Host": "api.example.com"}
    assert caller.get("/flags", headers=headers).status_code == 400


@pytest.mark.contract("1")
def test_cors_for_the_configured_origin(caller: Client) -> None:
    """The origin is allowed, the preflight too."""
    answer = caller.get("/flags", headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    preflight = caller.request(
        "OPTIONS",
        "/state/some-key",
        headers={
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.is_success
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"].lower()


@pytest.mark.contract("1")
def test_cors_reaches_problems(caller: Client) -> None:
    """A page of the origin can read why its request was refused."""
    answer = caller.get("/nowhere", headers={"Origin": ORIGIN})
    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.contract("1")
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://app.example.com", "null", f"{ORIGIN}.evil.example"]
)
def test_cors_for_another_origin(caller: Client, origin: str) -> None:
    """No other origin is allowed, however alike."""
    answer = caller.get("/flags", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.contract("9")
def test_every_line_of_the_log_is_json(production: Service, caller: Client) -> None:
    """Also what the server and the libraries say."""
    start = production.log_size()
    caller.get("/flags", headers={"X-Request-ID": "json-lines"})
    caller.get("/nowhere")
    caller.put("/state/x", content=b"{", headers={"Content-Type": "application/json"})
    production.wait_for_log("json-lines", start)
    lines = production.logged(start).rpartition("\n")[0].splitlines()
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict), line


@pytest.mark.contract("9")
def test_access_line(production: Service, caller: Client) -> None:
    """Method, route, status, duration and the request id; the route is the template."""
    start = production.log_size()
    caller.get("/state/never-set-key", headers={"X-Request-ID": "access-line"})
    lines = [json.loads(line) for line in production.wait_for_log("access-line", start)]
    access = [line for line in lines if "duration_ms" in line]
    assert len(access) == 1, lines
    assert access[0]["method"] == "GET"
    assert access[0]["status"] == 404
    assert access[0]["request_id"] == "access-line"
    # In seconds it would be less than any request takes in milliseconds.
    assert access[0]["duration_ms"] >= 0.05
    assert "never-set-key" not in access[0]["route"]
    assert access[0]["route"].startswith("/state/")


@pytest.mark.contract("9")
def test_every_line_of_a_request_has_its_id(production: Service, caller: Client) -> None:
    """Between two requests of ours, each logged line that is about one names it."""
    start = production.log_size()
    for number in range(3):
        caller.get(f"/nowhere/{number}", headers={"X-Request-ID": f"numbered-{number}"})
    production.wait_for_log("numbered-2", start)
    for line in production.logged(start).rpartition("\n")[0].splitlines():
        assert json.loads(line).get("request_id", "").startswith("numbered-"), line


@pytest.mark.contract("9")
def test_nothing_forged_in_the_log(production: Service, caller: Client) -> None:
    """A line break in a path or a header does not begin a line of its own."""
    start = production.log_size()
    caller.get("/nowhere%0A%7B%22forged%22:1%7D%0A", headers={"X-Request-ID": "forgery"})
    production.wait_for_log("forgery", start)
    assert not any(line.startswith('{"forged"') for line in production.logged(start).splitlines())
