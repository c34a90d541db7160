"""The OpenAPI document is of this application."""

import httpx2
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from pydantic import BaseModel


class Category(BaseModel):
    """A model that contains itself."""

    name: str
    parts: list["Category"]


async def test_every_endpoint_is_in_it(app: Litestar, client: httpx2.AsyncClient) -> None:
    endpoints = {
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith(("/docs", "/openapi.json"))
        for method in route.methods
        if method != "OPTIONS"
    }
    paths = (await client.get("/openapi.json")).json()["paths"]
    documented = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert documented == endpoints
    assert endpoints >= {"GET /health/ready", "GET /metrics", "GET /flags", "PUT /state/{key}"}


async def test_there_is_a_page_to_try_the_service_on(client: httpx2.AsyncClient) -> None:
    response = await client.get("/docs")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert 'data-url="/docs/openapi.json"' in response.text
    shown = await client.get("/docs/openapi.json")
    assert shown.json() == (await client.get("/openapi.json")).json()


async def test_a_model_may_contain_itself(app: Litestar, client: httpx2.AsyncClient) -> None:
    @app.register
    @get("/categories")
    async def categories() -> Category:
        return Category(name="all", parts=[])

    response = await client.get("/openapi.json")
    assert response.status_code == 200
    schema = response.json()["components"]["schemas"]["Category"]
    assert schema["properties"]["name"] == {"title": "Name", "type": "string"}
    assert schema["properties"]["parts"]["items"] == {"title": "Category"}
