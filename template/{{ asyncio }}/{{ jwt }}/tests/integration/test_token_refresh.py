from typing import Any

import httpx2
import pytest

from tests.fixtures.accounts import PASSWORD

INVALID = 'Bearer error="invalid_token"'


@pytest.fixture
async def tokens(editor: httpx2.AsyncClient) -> dict[str, Any]:
    """The tokens of an editor who has signed in once more."""
    form = {"username": "editor", "password": PASSWORD}
    return dict((await editor.post("/auth/token", data=form)).json())


async def refresh(client: httpx2.AsyncClient, tokens: dict[str, Any]) -> httpx2.Response:
    return await client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})


async def read_me(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.get("/auth/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_refresh_token_gives_new_tokens(
    client: httpx2.AsyncClient, tokens: dict[str, Any]
) -> None:
    response = await refresh(client, tokens)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json().keys() == tokens.keys()
    assert (await read_me(client, response.json()["access_token"])).status_code == 200


async def test_a_used_refresh_token_is_refused_and_its_family_revoked(
    client: httpx2.AsyncClient, tokens: dict[str, Any]
) -> None:
    renewed = (await refresh(client, tokens)).json()
    response = await refresh(client, tokens)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == INVALID
    assert (await refresh(client, renewed)).status_code == 401
    assert (await read_me(client, renewed["access_token"])).status_code == 401


async def test_the_tokens_do_not_pass_for_each_other(
    client: httpx2.AsyncClient, tokens: dict[str, Any]
) -> None:
    swapped = {"refresh_token": tokens["access_token"]}
    assert (await refresh(client, swapped)).status_code == 401
    assert (await read_me(client, tokens["refresh_token"])).status_code == 401


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "é"])
async def test_garbage_is_no_refresh_token(client: httpx2.AsyncClient, token: str) -> None:
    response = await refresh(client, {"refresh_token": token})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == INVALID


@pytest.mark.parametrize("body", [{}, {"refresh_token": 5}, {"refresh_token": "\0"}, {"token": ""}])
async def test_a_refresh_without_a_token_is_not_valid(
    client: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    response = await client.post("/auth/refresh", json=body)
    assert response.status_code == 422
    assert "/refresh_token" in {error["pointer"] for error in response.json()["errors"]}


async def test_a_form_does_not_refresh(client: httpx2.AsyncClient, tokens: dict[str, Any]) -> None:
    form = {"refresh_token": tokens["refresh_token"]}
    assert (await client.post("/auth/refresh", data=form)).status_code == 415


async def test_logging_out_revokes_the_tokens_of_that_sign_in(
    editor: httpx2.AsyncClient, tokens: dict[str, Any]
) -> None:
    token = tokens["access_token"]
    response = await editor.post("/auth/logout", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 204
    assert response.content == b""
    assert (await read_me(editor, token)).status_code == 401
    assert (await refresh(editor, tokens)).status_code == 401
    assert (await editor.get("/auth/me")).status_code == 200


async def test_who_has_not_signed_in_cannot_log_out(client: httpx2.AsyncClient) -> None:
    response = await client.post("/auth/logout")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
