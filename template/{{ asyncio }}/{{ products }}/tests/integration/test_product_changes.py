import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx2
import pytest

from tests.fixtures.products import product


@pytest.fixture
async def created(editor: httpx2.AsyncClient) -> dict[str, Any]:
    return dict((await editor.post("/products", json=product(description="Old"))).json())


Patch = Callable[[object], Awaitable[httpx2.Response]]


@pytest.fixture
def patch(editor: httpx2.AsyncClient, created: dict[str, Any]) -> Patch:
    return lambda body: editor.patch(f"/products/{created['id']}", json=body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sku", "TEA-002"),
        ("name", "Black tea"),
        ("description", ""),
        ("price", "0.01"),
        ("currency", "GBP"),
    ],
)
async def test_what_is_sent_is_changed_and_nothing_else(
    editor: httpx2.AsyncClient, created: dict[str, Any], patch: Patch, name: str, value: str
) -> None:
    response = await patch({name: value})
    assert response.status_code == 200
    changed = response.json()
    assert changed == created | {name: value, "updated_at": changed["updated_at"]}
    assert (await editor.get(f"/products/{created['id']}")).json() == changed


async def test_a_change_moves_the_time_of_the_last_change(
    created: dict[str, Any], patch: Patch
) -> None:
    changed = (await patch({"name": "Black tea"})).json()
    moments = [datetime.fromisoformat(each["updated_at"]) for each in (created, changed)]
    assert moments[0] < moments[1]


@pytest.mark.parametrize("body", [{}, {"name": "Green tea"}], ids=["empty", "the same"])
async def test_a_patch_that_changes_nothing_leaves_all_as_it_was(
    created: dict[str, Any], patch: Patch, body: dict[str, str]
) -> None:
    response = await patch(body)
    assert response.status_code == 200
    assert response.json() == created


@pytest.mark.parametrize("name", ["sku", "name", "description", "price", "currency"])
async def test_null_does_not_mean_to_leave_as_it_is(patch: Patch, name: str) -> None:
    response = await patch({name: None})
    assert response.status_code == 422
    errors = [(error["pointer"], error["code"]) for error in response.json()["errors"]]
    assert errors == [(f"/{name}", "null")]


@pytest.mark.parametrize("name", ["id", "created_at", "version", "price_minor", "colour"])
async def test_other_fields_are_refused(
    editor: httpx2.AsyncClient, created: dict[str, Any], patch: Patch, name: str
) -> None:
    response = await patch({"name": "Black tea", name: created["id"]})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [f"/{name}"]
    assert (await editor.get(f"/products/{created['id']}")).json() == created


async def test_a_taken_sku_is_a_conflict_and_changes_nothing(
    editor: httpx2.AsyncClient, created: dict[str, Any], patch: Patch
) -> None:
    await editor.post("/products", json=product(sku="TEA-002"))
    response = await patch({"sku": "TEA-002", "name": "Black tea"})
    assert response.status_code == 409
    assert "TEA-002" in response.json()["detail"]
    assert (await editor.get(f"/products/{created['id']}")).json() == created


async def test_changes_made_at_once_are_all_made(
    editor: httpx2.AsyncClient, created: dict[str, Any], patch: Patch
) -> None:
    changes = {"name": "Black tea", "price": "1.00", "currency": "GBP", "description": "New"}
    responses = await asyncio.gather(*[patch({name: changes[name]}) for name in changes])
    assert {response.status_code for response in responses} == {200}
    changed = (await editor.get(f"/products/{created['id']}")).json()
    assert {name: changed[name] for name in changes} == changes
