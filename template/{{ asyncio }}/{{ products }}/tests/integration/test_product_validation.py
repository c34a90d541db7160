import json
from typing import Any

import httpx2
import pytest

from tests.fixtures.products import product

BAD: dict[str, list[object]] = {
    "sku": ["", "AB", "A" * 33, "tea-001", "TEA 001", "TEA-001\n", "TÉA-001", "TEA\0", 5, []],
    "name": ["", "   ", " \u00a0 ", "a" * 101, "a\nb", "a\tb", "a\0b", 5, True, {}],
    "description": ["a" * 2001, "a\0b", 5, ["a"]],
    "price": ["0", "0.00", "-1", "1.001", "100000000", "1e3", "NaN", "", "1 ", 19.9, 5, True, {}],
    "currency": ["", "EU", "EURO", "eur", "E1R", "EUR\n", "€€€", 5, []],
}
# What JSON, or Python's reading of it, can say and no field holds.
OUTLANDISH = [None, "\ud800", float("nan"), float("inf"), 2**70, 10**400]
JSON = {"Content-Type": "application/json"}


def pointers(response: httpx2.Response) -> list[str]:
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    return [error["pointer"] for error in response.json()["errors"]]


async def create(editor: httpx2.AsyncClient, **changes: object) -> httpx2.Response:
    # Not by ``json``: the client would refuse to send some of what is tried here.
    content = json.dumps(product(**changes))
    return await editor.post("/products", content=content, headers=JSON)


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_field_is_refused_when_a_product_is_created(
    editor: httpx2.AsyncClient, name: str
) -> None:
    bad = [*BAD[name], *OUTLANDISH]
    found = [(value, pointers(await create(editor, **{name: value}))) for value in bad]
    assert found == [(value, [f"/{name}"]) for value in bad]
    assert (await editor.get("/products")).json()["total"] == 0


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_field_is_refused_when_a_product_is_changed(
    editor: httpx2.AsyncClient, name: str
) -> None:
    created = (await create(editor)).json()
    path = f"/products/{created['id']}"
    bad = [*BAD[name], *OUTLANDISH]
    contents = [json.dumps({name: value}) for value in bad]
    found = [
        (content, pointers(await editor.patch(path, content=content, headers=JSON)))
        for content in contents
    ]
    assert found == [(content, [f"/{name}"]) for content in contents]
    assert (await editor.get(path)).json() == created


@pytest.mark.parametrize("name", ["sku", "name", "price", "currency"])
async def test_a_missing_field_is_named(editor: httpx2.AsyncClient, name: str) -> None:
    body = product()
    del body[name]
    response = await editor.post("/products", json=body)
    assert pointers(response) == [f"/{name}"]
    assert response.json()["errors"][0]["code"] == "missing"


async def test_all_bad_fields_are_reported_at_once(editor: httpx2.AsyncClient) -> None:
    body: dict[str, Any] = {"sku": "x", "name": "", "description": 5, "price": 5, "colour": "red"}
    wrong = ["/colour", "/currency", "/description", "/name", "/price", "/sku"]
    assert sorted(pointers(await editor.post("/products", json=body))) == wrong


@pytest.mark.parametrize("name", ["id", "created_at", "version", "price_minor", "colour"])
async def test_a_field_that_is_not_declared_is_refused(
    editor: httpx2.AsyncClient, name: str
) -> None:
    assert pointers(await create(editor, **{name: "x"})) == [f"/{name}"]
    assert (await editor.get("/products")).json()["total"] == 0


async def test_a_name_that_is_no_text_is_no_field(editor: httpx2.AsyncClient) -> None:
    assert len(pointers(await create(editor, **{"\ud800": "x"}))) == 1


@pytest.mark.parametrize("content", ["[]", "null", "5", '"product"'])
async def test_a_product_is_an_object(editor: httpx2.AsyncClient, content: str) -> None:
    assert pointers(await editor.post("/products", content=content, headers=JSON)) == [""]


async def test_the_longest_values_are_taken(editor: httpx2.AsyncClient) -> None:
    longest = {"sku": "A" * 32, "name": "a" * 100, "description": "a" * 2000}
    created = (await create(editor, **longest)).json()
    assert {name: created[name] for name in longest} == longest
