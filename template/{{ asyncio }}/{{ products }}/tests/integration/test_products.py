import asyncio
from datetime import datetime
from uuid import UUID

import httpx2
import pytest

from tests.fixtures.products import product

NOWHERE = "/products/00000000-0000-4000-8000-000000000000"


async def test_a_created_product_is_told_with_its_address(editor: httpx2.AsyncClient) -> None:
    response = await editor.post("/products", json=product(description="From <em>Uji</em>"))
    created = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/products/{UUID(created['id'])}"
    assert created == product(description="From <em>Uji</em>") | {
        "id": created["id"],
        "created_at": created["created_at"],
        "updated_at": created["created_at"],
    }
    assert datetime.fromisoformat(created["created_at"]).utcoffset() is not None
    assert created["created_at"].endswith("Z")


async def test_a_created_product_can_be_read_at_its_address(editor: httpx2.AsyncClient) -> None:
    response = await editor.post("/products", json=product())
    read = await editor.get(response.headers["Location"])
    assert read.status_code == 200
    assert read.json() == response.json()


async def test_a_product_may_do_without_a_description(editor: httpx2.AsyncClient) -> None:
    assert (await editor.post("/products", json=product())).json()["description"] == ""


async def test_a_taken_sku_is_a_conflict(editor: httpx2.AsyncClient) -> None:
    await editor.post("/products", json=product())
    response = await editor.post("/products", json=product(name="Other tea"))
    assert response.status_code == 409
    assert "TEA-001" in response.json()["detail"]
    assert (await editor.get("/products")).json()["total"] == 1


async def test_a_sku_is_taken_once_also_in_a_race(editor: httpx2.AsyncClient) -> None:
    responses = await asyncio.gather(
        *[editor.post("/products", json=product(name=f"Tea {n}")) for n in range(6)]
    )
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [201, 409, 409, 409, 409, 409]
    assert (await editor.get("/products")).json()["total"] == 1


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("0.01", "0.01"), ("19.9", "19.90"), ("007", "7.00"), ("99999999.99", "99999999.99")],
)
async def test_money_comes_back_to_the_cent(
    editor: httpx2.AsyncClient, sent: str, shown: str
) -> None:
    response = await editor.post("/products", json=product(price=sent))
    assert response.json()["price"] == shown
    assert (await editor.get(response.headers["Location"])).json()["price"] == shown
    assert (await editor.get("/products")).json()["items"][0]["price"] == shown


async def test_a_deleted_product_is_gone(editor: httpx2.AsyncClient) -> None:
    path = (await editor.post("/products", json=product())).headers["Location"]
    other = (await editor.post("/products", json=product(sku="TEA-002"))).json()
    assert (await editor.get(path)).status_code == 200
    response = await editor.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert (await editor.get(path)).status_code == 404
    assert (await editor.delete(path)).status_code == 404
    assert (await editor.get("/products")).json()["items"] == [other]


async def test_the_sku_of_a_deleted_product_is_free_again(editor: httpx2.AsyncClient) -> None:
    path = (await editor.post("/products", json=product())).headers["Location"]
    await editor.delete(path)
    assert (await editor.post("/products", json=product())).status_code == 201


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_product_that_never_was_is_not_found(
    editor: httpx2.AsyncClient, method: str
) -> None:
    body = {"name": "Tea"} if method == "PATCH" else None
    response = await editor.request(method, NOWHERE, json=body)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_id_is_a_uuid(editor: httpx2.AsyncClient, method: str) -> None:
    body = {"name": "Tea"} if method == "PATCH" else None
    for identifier in "1", "tea", "%00", "00000000-0000-4000-8000-00000000000g":
        response = await editor.request(method, f"/products/{identifier}", json=body)
        assert response.status_code == 422
        assert [error["pointer"] for error in response.json()["errors"]] == ["/product_id"]
