"""Section 9: what never reaches a log. What the lines hold is in test_production.py."""

import pytest

from .service import Service

pytestmark = pytest.mark.contract("9")

SECRET = "hunter2-Secret"  # noqa: S105 - to be looked for


def test_what_a_caller_sends_in_secret(service: Service) -> None:
    """In development: neither good credentials nor bad ones, wherever they stand in a request."""
    assert SECRET not in logged_of_secret_requests(service)


def test_what_a_caller_sends_in_secret_in_production(production: Service) -> None:
    """In production too."""
    assert SECRET not in logged_of_secret_requests(production)


def logged_of_secret_requests(service: Service) -> str:
    """Send a secret wherever one may stand; return what was logged of it all."""
    caller = service.client()
    start = service.log_size()
    bearers = {"Authorization": f"Bearer {SECRET}", "Cookie": f"session={SECRET}"}
    for name in ("Authorization", "X-API-Key", "Cookie", "X-CSRF-Token", "Proxy-Authorization"):
        header = {name: bearers.get(name, SECRET)}
        caller.get("/flags", headers=header)
        caller.put("/state/logs", json={"value": 1}, headers=header)
    for path in ("/flags", "/nowhere", "/state/logs"):
        caller.get(path, params={"token": SECRET, "password": SECRET, "api_key": SECRET})
    for path in ("/auth/token", "/auth/login", "/auth/refresh"):
        caller.post(path, data={"username": "ada", "password": SECRET})
        caller.post(path, json={"username": "ada", "password": SECRET, "refresh_token": SECRET})
        caller.post(path, json={"password": SECRET})
        broken = f'{{"password": "{SECRET}"'
        caller.post(path, content=broken, headers={"Content-Type": "application/json"})
    caller.get("/flags", headers={"X-Request-ID": "the-last-one"})
    service.wait_for_log("the-last-one", start)
    return service.logged(start)
