"""Every address that writes is protected, also the one that is added tomorrow."""

import re

import httpx2
import pytest

WRITING = {"DELETE", "PATCH", "POST", "PUT"}
OPEN_TO_ALL = "/auth/"
"""Signing in and out asks for credentials of its own."""

Calls = list[tuple[str, str]]


@pytest.fixture
def writes(routes: Calls) -> Calls:
    """The method and the address, parameters filled in, of everything that writes."""
    return sorted(
        (method, re.sub(r"\{[^}]*\}", "something", path))
        for method, path in routes
        if method in WRITING and not path.startswith(OPEN_TO_ALL)
    )


async def call_all(client: httpx2.AsyncClient, calls: Calls) -> dict[str, httpx2.Response]:
    return {f"{method} {path}": await client.request(method, path) for method, path in calls}


async def test_what_writes_is_found(writes: Calls) -> None:
    assert ("PUT", "/state/something") in writes


async def test_nobody_writes_without_saying_who_they_are(
    client: httpx2.AsyncClient, writes: Calls
) -> None:
    responses = await call_all(client, writes)
    statuses = {name: response.status_code for name, response in responses.items()}
    assert statuses == dict.fromkeys(statuses, 401)
    assert all(response.headers["WWW-Authenticate"] for response in responses.values())


async def test_nobody_writes_without_a_permission(
    reader: httpx2.AsyncClient, writes: Calls
) -> None:
    responses = await call_all(reader, writes)
    statuses = {name: response.status_code for name, response in responses.items()}
    assert statuses == dict.fromkeys(statuses, 403)


async def test_who_one_is_is_kept_out_of_caches(editor: httpx2.AsyncClient) -> None:
    response = await editor.get("/auth/me")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


async def test_who_has_all_permissions_may_write_everything(
    editor: httpx2.AsyncClient, writes: Calls
) -> None:
    responses = await call_all(editor, writes)
    statuses = {response.status_code for response in responses.values()}
    assert statuses.isdisjoint({401, 403})
