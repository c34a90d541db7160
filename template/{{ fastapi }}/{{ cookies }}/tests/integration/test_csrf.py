"""Nobody acts for somebody who has signed in, from another site."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

VALUE = {"value": 1}


async def test_a_page_of_our_own_may_write(editor: httpx2.AsyncClient) -> None:
    headers = {"Origin": "http://service.test", "Sec-Fetch-Site": "same-origin"}
    response = await editor.put("/state/a", json=VALUE, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "nonsense"},
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
async def test_what_may_be_forged_is_refused(
    editor: httpx2.AsyncClient, client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    response = await editor.put("/state/a", json=VALUE, headers=headers)
    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert (await client.get("/state/a")).status_code == 404


async def test_the_token_of_another_session_is_refused(
    editor: httpx2.AsyncClient, reader: httpx2.AsyncClient
) -> None:
    token = reader.headers["X-CSRF-Token"]
    response = await editor.put("/state/a", json=VALUE, headers={"X-CSRF-Token": token})
    assert response.status_code == 403


async def test_the_token_counts_in_the_header_only(editor: httpx2.AsyncClient) -> None:
    token = editor.headers.pop("X-CSRF-Token")
    editor.cookies.set("X-CSRF-Token", token)
    response = await editor.put("/state/a", json=VALUE, params={"X-CSRF-Token": token})
    assert response.status_code == 403


async def test_endpoints_that_are_added_are_protected_too(
    app: FastAPI, editor: httpx2.AsyncClient
) -> None:
    @app.post("/orders")
    async def order() -> None:
        """Reached by requests that are not forged."""

    assert (await editor.post("/orders")).status_code == 200
    del editor.headers["X-CSRF-Token"]
    assert (await editor.post("/orders")).status_code == 403


async def test_reading_needs_no_token(editor: httpx2.AsyncClient) -> None:
    del editor.headers["X-CSRF-Token"]
    response = await editor.get("/auth/me", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200


async def test_a_request_without_a_cookie_is_nobodys(client: httpx2.AsyncClient) -> None:
    response = await client.put("/state/a", json=VALUE)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"]


async def test_the_token_stays_the_same_for_a_session(editor: httpx2.AsyncClient) -> None:
    response = await editor.get("/auth/csrf")
    assert response.json() == {"csrf_token": editor.headers["X-CSRF-Token"]}
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


async def test_who_has_no_cookie_gets_one_with_the_token(client: httpx2.AsyncClient) -> None:
    first = await client.get("/auth/csrf")
    (name,) = client.cookies.keys()
    assert name == "session"
    again = await client.get("/auth/csrf")
    assert again.json() == first.json()
    client.cookies.clear()
    assert (await client.get("/auth/csrf")).json() != first.json()


async def test_a_cookie_that_was_only_given_for_the_token_is_nobodys(
    client: httpx2.AsyncClient,
) -> None:
    await client.get("/auth/csrf")
    assert (await client.get("/auth/me")).status_code == 401


async def test_the_document_demands_the_token_with_the_cookie(app: FastAPI) -> None:
    document: dict[str, Any] = app.openapi()
    schemes = document["components"]["securitySchemes"]
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "session")
    assert (schemes["csrf"]["in"], schemes["csrf"]["name"]) == ("header", "X-CSRF-Token")
    writing = document["paths"]["/state/{key}"]["put"]["security"]
    assert {"session": ["state:write"], "csrf": []} in writing
    asking = document["paths"]["/auth/me"]["get"]["security"]
    assert {"session": []} in asking


async def test_asking_for_the_token_needs_nobody_else(app: FastAPI) -> None:
    answers = app.openapi()["paths"]["/auth/csrf"]["get"]["responses"]
    assert answers.keys() == {"200", "400", "413", "500"}
