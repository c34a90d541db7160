"""Section 7, the same for every auth: who may do what."""

from collections.abc import Callable

import pytest

from . import raw
from .client import Client
from .products import create, product
from .service import Service
from .sign_in import SignIn
from .stacks import Stack

pytestmark = pytest.mark.contract("7")

protected = pytest.mark.only(auth={"jwt", "session", "oidc", "api_key"})


def test_me(editor: Client, reader: Client, stack: Stack) -> None:
    """Who is asking and what they may; nothing of the kind without auth."""
    if stack.auth == "none":
        assert editor.get("/auth/me").status_code == 404
        return
    body = editor.get("/auth/me").json()
    assert body.keys() == {"subject", "permissions"}
    assert sorted(body["permissions"]) == list(stack.permissions)
    other = reader.get("/auth/me").json()
    assert other["permissions"] == []
    assert body["subject"]
    assert body["subject"] != other["subject"]


@protected
def test_me_without_credentials(anonymous: Client) -> None:
    """401."""
    assert anonymous.get("/auth/me").status_code == 401


@pytest.mark.only(auth="none")
def test_no_auth_routes(anonymous: Client) -> None:
    """With `none` there is nothing below /auth, and writes are open."""
    for path in ("/auth/me", "/auth/login", "/auth/token", "/auth/csrf"):
        assert anonymous.get(path).status_code == 404
        assert anonymous.post(path).status_code == 404
    assert anonymous.put("/state/open", json={"value": 1}).status_code == 200


def test_reads_are_public(anonymous: Client, editor: Client) -> None:
    """State and flags need no credentials; nor do products."""
    editor.put("/state/public", json={"value": 1})
    assert anonymous.get("/state/public").status_code == 200
    assert anonymous.get("/flags").status_code == 200
    with anonymous.events("public") as stream:
        assert stream.response.status_code == 200


@pytest.mark.only(example=True)
def test_reads_of_products_are_public(anonymous: Client, editor: Client) -> None:
    """The list, the single product and its prices."""
    created = create(editor)
    assert anonymous.get("/products").status_code == 200
    assert anonymous.get(f"/products/{created['id']}").status_code == 200
    prices = {"currencies": created["currency"]}
    assert anonymous.get(f"/products/{created['id']}/prices", params=prices).status_code == 200


@protected
def test_writing_state_needs_the_permission(
    anonymous: Client, reader: Client, editor: Client
) -> None:
    """401 for strangers, 403 for those who may not, and nothing changes."""
    assert editor.put("/state/guarded", json={"value": 1}).status_code == 200
    # A stranger without a session has no CSRF token either: both refusals are right.
    assert anonymous.put("/state/guarded", json={"value": 2}).status_code in {401, 403}
    assert reader.put("/state/guarded", json={"value": 2}).status_code == 403
    entry = anonymous.get("/state/guarded").json()
    assert (entry["value"], entry["version"]) == (1, 1)


@pytest.mark.only(auth={"jwt", "api_key"})
def test_a_stranger_is_unauthorized(anonymous: Client) -> None:
    """401 and not 403: with credentials it could go through."""
    assert anonymous.put("/state/guarded", json={"value": 2}).status_code == 401


@protected
@pytest.mark.only(example=True)
def test_writing_products_needs_the_permission(
    anonymous: Client, reader: Client, editor: Client
) -> None:
    """For each of creating, changing and deleting."""
    created = create(editor)
    path = f"/products/{created['id']}"
    for caller, statuses in ((anonymous, {401, 403}), (reader, {403})):
        assert caller.post("/products", json=product()).status_code in statuses
        assert caller.patch(path, json={"name": "changed"}).status_code in statuses
        assert caller.delete(path).status_code in statuses
    assert anonymous.get(path).json() == created


@protected
@pytest.mark.only(example=True)
def test_one_permission_is_not_the_other(
    service: Service, sign_in_to: Callable[[Service], SignIn]
) -> None:
    """products:write does not write state, nor state:write products."""
    products = sign_in_to(service).client("products-only", "products:write")
    assert products.post("/products", json=product()).status_code == 201
    assert products.put("/state/permission", json={"value": 1}).status_code == 403
    state = sign_in_to(service).client("state-only", "state:write")
    assert state.put("/state/permission", json={"value": 1}).status_code == 200
    assert state.post("/products", json=product()).status_code == 403


@protected
@pytest.mark.parametrize(
    "header",
    [
        ("Authorization", "Bearer nonsense"),
        ("Authorization", "Bearer"),
        ("Authorization", "Bearer a.b.c"),
        ("Authorization", "Bearer " + "x" * 4000),
        ("Authorization", "Basic YWRtaW46YWRtaW4="),
        ("X-API-Key", "nonsense"),
        ("X-API-Key", "a.b"),
        ("X-API-Key", "%"),
        ("X-API-Key", "x" * 4000),
        ("Cookie", "session=nonsense; sessionid=nonsense; csrftoken=nonsense"),
        ("X-User", "admin"),
        ("X-Forwarded-User", "admin"),
    ],
    ids=lambda header: f"{header[0]} {header[1][:12]}",
)
def test_invented_credentials(service: Service, header: tuple[str, str]) -> None:
    """Are none."""
    caller = service.client(dict([header]))
    assert caller.get("/auth/me").status_code == 401
    assert caller.put("/state/invented", json={"value": 1}).status_code in {401, 403}
    assert caller.get("/state/invented").status_code in {401, 404}


@protected
def test_bytes_as_credentials(service: Service) -> None:
    """401 for what is no text."""
    for header in (
        b"Authorization: Bearer \xff\xfe",
        b"X-API-Key: \xff\xfe",
        b"Cookie: session=\xff",
    ):
        assert raw.get(service.address, b"/auth/me", header).status == 401


@pytest.mark.contract("9")
def test_no_secrets_in_the_log(service: Service, editor: Client, reader: Client) -> None:
    """Passwords, tokens, keys and cookies never reach a log (section 9)."""
    editor.get("/flags")
    reader.get("/flags")
    assert service.leaks() == []


@protected
def test_no_secrets_in_the_database(service: Service, editor: Client) -> None:
    """What is stored does not let anybody in: neither passwords nor keys stand there as sent."""
    editor.get("/auth/me")
    content = service.database.content()
    secrets = {
        name: secret
        for name, secret in service.secrets.items()
        if name.startswith(("the password", "the key", "the refresh token"))
    }
    assert [name for name, secret in secrets.items() if secret in content] == []
