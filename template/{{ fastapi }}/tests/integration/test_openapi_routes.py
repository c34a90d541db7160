"""The OpenAPI document is of this application, and FastAPI's own errors are not in it."""

import httpx2
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts


async def test_every_endpoint_is_in_it(app: FastAPI, client: httpx2.AsyncClient) -> None:
    endpoints = {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }
    paths = (await client.get("/openapi.json")).json()["paths"]
    documented = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert documented == endpoints
    assert endpoints >= {"GET /health/ready", "GET /metrics", "GET /flags", "PUT /state/{key}"}


async def test_errors_of_the_framework_itself_are_not_in_it(client: httpx2.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_it_is_made_once(app: FastAPI) -> None:
    assert app.openapi() is app.openapi()


async def test_there_is_a_page_to_try_the_service_on(client: httpx2.AsyncClient) -> None:
    response = await client.get("/docs")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "/openapi.json" in response.text


async def test_the_document_is_whole_when_routes_are_added_later(app: FastAPI) -> None:
    before = app.openapi()

    @app.get("/later")
    async def later() -> None: ...

    after = app.openapi()
    assert "/later" in after["paths"]
    assert after["components"] == before["components"]
