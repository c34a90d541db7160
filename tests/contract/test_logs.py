"""Section 9: what never reaches a log. What the lines hold is in test_production.py."""

import pytest

from .service import Service

pytestmark = pytest.mark.contract("9")

SECRET = "hunter2-Secret"  # noqa: S105 - to be looked for


@pytest.mark.parametrize("which", ["service", "production"])
def test_what_a_caller_sends_in_secret(request: pytest.FixtureRequest, which: str) -> None:
    """Neither good credentials nor bad ones, wherever they stand in a request."""
    service: Service = request.getfixturevalue(which)
    caller = service.client()
    start = service.log_size()
    for name in ("Authorization", "X-API-Key", "Cookie", "X-CSRF-Token", "Proxy-Authorization"):
        value = {"Authorization": f"Bearer {SECRET}", "Cookie": f"session={SECRET}"}.get(
            name, SECRET
        )
        caller.get("/flags", headers={name: value})
        caller.put("/state/logs", json={"value": 1}, headers={name: value})
    for path in ("/flags", "/nowhere", "/state/logs"):
        caller.get(path, params={"token": SECRET, "password": SECRET, "api_key": SECRET})
    for path in ("/auth/token", "/auth/login", "/auth/refresh"):
        caller.post(path, data={"username": "ada", "password": SECRET})
        caller.post(path, json={"username": "ada", "password": SECRET, "refresh_token": SECRET})
        caller.post(path, json={"password": SECRET})
        caller.post(
            path, content=f'{{"password": "{SECRET}"', headers={"Content-Type": "application/json"}
        )
    caller.get("/flags", headers={"X-Request-ID": "the-last-one"})
    service.wait_for_log("the-last-one", start)
    assert SECRET not in service.logged(start)
