import json
from typing import Any

import httpx2
import pytest

from tests.fixtures.products import product

BAD = {
    "sku": ["", "AB", "A" * 33, "tea-001", "TEA 001", "TEA-001\n", "TÉA-001", "TEA\0", 5, []],
    "name": ["", "   ", "a" * 101, "a\nb", "a\tb", "a\0b", 5, True, {}],
    "description": ["a" * 2001, "a\0b", 5, ["a"]],
    "price": ["0", "0.00", "-1", "1.001", "100000000", "1e3", "NaN", "", "1 ", 19.9, 5, True, {}],
    "currency": ["", "EU", "EURO", "eur", "E1R", "EUR\n", "€€€", 5, []],
}
EACH = [
    pytest.param(name, value, id=f"{name}-{number}")
    for name, values in BAD.items()
    for number, value in enumerate(values)
]
JSON = {"Content-Type": "application/json"}


def pointers(response: httpx2.Response) -> list[str]:
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    return [error["pointer"] for error in response.json()["errors"]]


@pytest.mark.parametrize(("name", "value"), EACH)
async def test_a_bad_field_is_refused_when_a_product_is_created(
    editor: httpx2.AsyncClient, name: str, value: object
) -> None:
    assert pointers(await editor.post("/products", json=product(**{name: value}))) == [f"/{name}"]
    assert (await editor.get("/products")).json()["total"] == 0


@pytest.mark.parametrize(("name", "value"), EACH)
async def test_a_bad_field_is_refused_when_a_product_is_changed(
    editor: httpx2.AsyncClient, name: str, value: object
) -> None:
    created = (await editor.post("/products", json=product())).json()
    path = f"/products/{created['id']}"
    assert pointers(await editor.patch(path, json={name: value})) == [f"/{name}"]
    assert (await editor.get(path)).json() == created


@pytest.mark.parametrize("value", [None, "\ud800", float("nan"), float("inf"), 2**70, 10**400])
@pytest.mark.parametrize("name", BAD)
async def test_what_json_can_say_and_no_field_holds_is_refused(
    editor: httpx2.AsyncClient, name: str, value: object
) -> None:
    content = json.dumps(product(**{name: value}))
    assert pointers(await editor.post("/products", content=content, headers=JSON)) == [f"/{name}"]


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


@pytest.mark.parametrize("name", ["id", "created_at", "updated_at", "version", "colour", "\ud800"])
async def test_a_field_that_is_not_declared_is_refused(
    editor: httpx2.AsyncClient, name: str
) -> None:
    content = json.dumps(product(**{name: "x"}))
    assert len(pointers(await editor.post("/products", content=content, headers=JSON))) == 1
    assert (await editor.get("/products")).json()["total"] == 0


@pytest.mark.parametrize("content", ["[]", "null", "5", '"product"'])
async def test_a_product_is_an_object(editor: httpx2.AsyncClient, content: str) -> None:
    assert pointers(await editor.post("/products", content=content, headers=JSON)) == [""]


async def test_the_longest_values_are_taken(editor: httpx2.AsyncClient) -> None:
    longest = {"sku": "A" * 32, "name": "a" * 100, "description": "a" * 2000}
    created = (await editor.post("/products", json=product(**longest))).json()
    assert {name: created[name] for name in longest} == longest
