"""Section 7: `api_key`. Keys are made and revoked by command (section 10)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from .client import Client
from .service import Service
from .sign_in import create_key

pytestmark = [pytest.mark.contract("7"), pytest.mark.only(auth="api_key")]


def caller(service: Service, key: str) -> Client:
    """Return a caller with a key."""
    return service.client({"X-API-Key": key})


def prefix(key: str) -> str:
    """Return the part of a key by which it is named."""
    return key.partition(".")[0]


def test_key(service: Service) -> None:
    """Long, random, with the permissions it was made with."""
    keys = [create_key(service, f"made-{number}", "state:write") for number in range(2)]
    assert keys[0] != keys[1]
    assert all(len(key) >= 40 for key in keys)
    assert prefix(keys[0]) != prefix(keys[1])
    me = caller(service, keys[0]).get("/auth/me").json()
    assert me["permissions"] == ["state:write"]
    assert "made-0" in me["subject"]
    assert caller(service, keys[0]).put("/state/key", json={"value": 1}).status_code == 200


def test_key_is_shown_once(service: Service) -> None:
    """Stored hashed: neither the key nor its secret part is in the database."""
    key = create_key(service, "hashed")
    content = service.database.content()
    assert prefix(key) in content
    assert key not in content
    assert key.partition(".")[2] not in content


def test_mangled_keys(service: Service) -> None:
    """401 for anything but the key itself."""
    key = create_key(service, "mangled", "state:write")
    other = create_key(service, "other", "state:write")
    head, secret = prefix(key), key.partition(".")[2]
    for wrong in (
        key[:-1],
        key + "x",
        key.swapcase(),
        head,
        f"{head}.",
        f".{secret}",
        secret,
        f"{head}.{other.partition('.')[2]}",
        f"{head}%.{secret}",
        f"{key},{other}",
    ):
        assert caller(service, wrong).get("/auth/me").status_code == 401, wrong


def test_key_in_another_place_is_none(service: Service) -> None:
    """Only the header counts."""
    key = create_key(service, "placed", "state:write")
    client = service.client()
    assert client.get("/auth/me", params={"api_key": key, "X-API-Key": key}).status_code == 401
    assert client.get("/auth/me", headers={"Cookie": f"X-API-Key={key}"}).status_code == 401


def test_revoked(service: Service) -> None:
    """`make revoke-key PREFIX=...`: refused from then on; others go on."""
    key, other = create_key(service, "revoked", "state:write"), create_key(service, "kept")
    assert caller(service, key).get("/auth/me").status_code == 200
    result = service.make("revoke-key", f"PREFIX={prefix(key)}")
    assert result.returncode == 0, result.stdout + result.stderr
    assert caller(service, key).get("/auth/me").status_code == 401
    assert caller(service, key).put("/state/key", json={"value": 2}).status_code == 401
    assert caller(service, other).get("/auth/me").status_code == 200


def test_expired(service: Service) -> None:
    """A key made for some days is refused after them."""
    key = create_key(service, "expiring", "state:write", days=30)
    expiry = datetime.fromisoformat(service.database.expiry_of_key(prefix(key)))
    left = expiry.replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left < timedelta(days=30, hours=1)
    assert caller(service, key).get("/auth/me").status_code == 200
    service.database.expire_keys()
    try:
        assert caller(service, key).get("/auth/me").status_code == 401
    finally:
        service.database.expire_keys("2099-01-01 00:00:00.000000")


@pytest.mark.contract("10")
def test_a_key_made_before_the_first_start(new_service: Callable[..., Service]) -> None:
    """The command makes the tables that it needs."""
    service = new_service("keys")
    try:
        result = service.make("create-key", "NAME=early", "PERMISSIONS=state:write")
        assert result.returncode == 0, result.stdout + result.stderr
        assert "early" in service.database.content()
    finally:
        service.dispose()


@pytest.mark.contract("10")
@pytest.mark.parametrize(
    ("target", "variables", "named"),
    [
        ("create-key", ["PERMISSIONS=state:write"], "NAME"),
        ("create-key", ["NAME=refused", "PERMISSIONS=nonsense"], "nonsense"),
        ("create-key", ["NAME=refused", "PERMISSIONS=state:write", "DAYS=0"], "DAYS"),
        ("create-key", ["NAME=refused", "PERMISSIONS=state:write", "DAYS=-1"], "DAYS"),
        ("create-key", ["NAME=refused", "PERMISSIONS=state:write", "DAYS=soon"], "DAYS"),
        ("revoke-key", [], "PREFIX"),
        ("revoke-key", ["PREFIX=nosuchkey"], "nosuchkey"),
    ],
)
def test_bad_commands(service: Service, target: str, variables: list[str], named: str) -> None:
    """One sentence that names what is wrong."""
    result = service.make(target, *variables)
    output = result.stdout + result.stderr
    assert result.returncode != 0
    assert named.lower() in output.lower(), output
    assert "Traceback" not in output
