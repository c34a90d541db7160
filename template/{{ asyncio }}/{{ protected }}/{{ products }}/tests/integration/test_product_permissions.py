import httpx2
import pytest

from tests.fixtures.auth import SignIn
from tests.fixtures.products import product

PATH = "/products/00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/products"), ("PATCH", PATH), ("DELETE", PATH)]
)
async def test_writing_products_needs_its_own_permission(
    sign_in: SignIn, method: str, path: str
) -> None:
    caller = await sign_in("caller", "state:write")
    response = await caller.request(method, path)
    assert response.status_code == 403
    assert "products:write" in response.json()["detail"]


async def test_writing_state_needs_its_own_permission(sign_in: SignIn) -> None:
    caller = await sign_in("caller", "products:write")
    response = await caller.put("/state/key", json={"value": 1})
    assert response.status_code == 403
    assert "state:write" in response.json()["detail"]


async def test_one_permission_is_enough(sign_in: SignIn) -> None:
    caller = await sign_in("caller", "products:write")
    assert (await caller.post("/products", json=product())).status_code == 201


async def test_reading_products_is_public(
    client: httpx2.AsyncClient, editor: httpx2.AsyncClient
) -> None:
    created = (await editor.post("/products", json=product())).json()
    assert (await client.get("/products")).json()["total"] == 1
    assert (await client.get(f"/products/{created['id']}")).status_code == 200


async def test_nothing_is_written_for_who_may_not(
    client: httpx2.AsyncClient, editor: httpx2.AsyncClient
) -> None:
    created = (await editor.post("/products", json=product())).json()
    path = f"/products/{created['id']}"
    await client.post("/products", json=product(sku="COFFEE-001"))
    await client.patch(path, json={"name": "Worse tea"})
    await client.delete(path)
    assert (await client.get("/products")).json()["items"] == [created]
