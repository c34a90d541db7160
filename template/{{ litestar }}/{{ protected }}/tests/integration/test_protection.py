"""Every address that writes is protected, also the one that is added tomorrow."""

import re

import httpx2
from litestar import Litestar
from litestar.routes import HTTPRoute

WRITING = {"DELETE", "PATCH", "POST", "PUT"}
OPEN_TO_ALL = ("/auth/",)
"""Signing in and out asks for credentials of its own."""


def writes(app: Litestar) -> list[tuple[str, str]]:
    """Return the method and the address, parameters filled in, of everything that writes."""
    found = [
        (method, re.sub(r"\{[^}]*\}", "something", route.path))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in WRITING.intersection(route.methods)
    ]
    return sorted((method, path) for method, path in found if not path.startswith(OPEN_TO_ALL))


async def call_all(app: Litestar, client: httpx2.AsyncClient) -> dict[str, httpx2.Response]:
    return {f"{method} {path}": await client.request(method, path) for method, path in writes(app)}


async def test_what_writes_is_found(app: Litestar) -> None:
    assert ("PUT", "/state/something") in writes(app)


async def test_nobody_writes_without_saying_who_they_are(
    app: Litestar, client: httpx2.AsyncClient
) -> None:
    responses = await call_all(app, client)
    statuses = {name: response.status_code for name, response in responses.items()}
    assert statuses == dict.fromkeys(statuses, 401)
    assert all(response.headers["WWW-Authenticate"] for response in responses.values())


async def test_nobody_writes_without_a_permission(
    app: Litestar, reader: httpx2.AsyncClient
) -> None:
    responses = await call_all(app, reader)
    statuses = {name: response.status_code for name, response in responses.items()}
    assert statuses == dict.fromkeys(statuses, 403)


async def test_who_one_is_is_kept_out_of_caches(editor: httpx2.AsyncClient) -> None:
    response = await editor.get("/auth/me")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


async def test_who_has_all_permissions_may_write_everything(
    app: Litestar, editor: httpx2.AsyncClient
) -> None:
    responses = await call_all(app, editor)
    statuses = {response.status_code for response in responses.values()}
    assert statuses.isdisjoint({401, 403})
