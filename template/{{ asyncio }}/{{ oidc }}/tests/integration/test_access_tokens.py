"""Programs come with access tokens of the provider."""

import httpx2
import pytest

from tests.fixtures.issuer import Issuer


def bearer(issuer: Issuer, permissions: str = "") -> dict[str, str]:
    """Header fields of a program with these permissions."""
    return {"Authorization": f"Bearer {issuer.access_token(permissions=permissions)}"}


async def test_a_token_says_who_is_asking(client: httpx2.AsyncClient, issuer: Issuer) -> None:
    response = await client.get("/auth/me", headers=bearer(issuer, "state:write"))
    assert response.json() == {"subject": "robot", "permissions": ["state:write"]}


async def test_a_token_needs_no_csrf_token(client: httpx2.AsyncClient, issuer: Issuer) -> None:
    client.headers.update(bearer(issuer, "state:write"))
    response = await client.put("/state/key", json={"value": 1})
    assert response.status_code == 200


async def test_a_program_has_no_session_to_end(
    editor: httpx2.AsyncClient, client: httpx2.AsyncClient, issuer: Issuer
) -> None:
    response = await client.post("/auth/logout", headers=bearer(issuer))
    assert response.status_code == 204
    assert (await editor.get("/auth/me")).status_code == 200


async def test_a_token_without_the_permission_may_read_only(
    client: httpx2.AsyncClient, issuer: Issuer
) -> None:
    client.headers.update(bearer(issuer))
    assert (await client.put("/state/key", json={"value": 1})).status_code == 403


async def test_who_sends_a_token_is_known_by_it_and_not_by_the_cookie(
    editor: httpx2.AsyncClient, issuer: Issuer
) -> None:
    editor.headers.update(bearer(issuer))
    assert (await editor.get("/auth/me")).json()["subject"] == "robot"
    assert (await editor.put("/state/key", json={"value": 1})).status_code == 403


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "bearer a.b.c"])
async def test_a_bad_token_is_refused_whatever_the_cookie_says(
    editor: httpx2.AsyncClient, header: str
) -> None:
    del editor.headers["X-CSRF-Token"]
    headers = {"Authorization": header}
    for response in (
        await editor.get("/auth/me", headers=headers),
        await editor.put("/state/key", json={"value": 1}, headers=headers),
        await editor.get("/flags", headers=headers),
    ):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_credentials_of_another_kind_are_none(editor: httpx2.AsyncClient) -> None:
    headers = {"Authorization": "Basic YTpi", "X-CSRF-Token": ""}
    assert (await editor.put("/state/a", json={"value": 1}, headers=headers)).status_code == 403
    assert (await editor.get("/auth/me", headers=headers)).json()["subject"] == "editor"


async def test_bytes_that_are_no_text_are_no_token(client: httpx2.AsyncClient) -> None:
    response = await client.get("/auth/me", headers={b"Authorization": b"Bearer \xff\xfe"})
    assert response.status_code == 401
