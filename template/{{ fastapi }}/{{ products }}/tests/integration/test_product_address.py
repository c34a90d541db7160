import httpx2
from fastapi import FastAPI

from tests.fixtures.products import product


async def test_it_has_the_prefix_that_a_proxy_took_off(
    app: FastAPI, editor: httpx2.AsyncClient
) -> None:
    transport = httpx2.ASGITransport(app, root_path="/shop")
    async with httpx2.AsyncClient(
        transport=transport,
        base_url="http://service.test/shop",
        headers=editor.headers,
        cookies=editor.cookies,
    ) as client:
        response = await client.post("/products", json=product())
    assert response.headers["Location"] == f"/shop/products/{response.json()['id']}"
