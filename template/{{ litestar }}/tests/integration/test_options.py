"""Who asks for the methods of an address is told all of them."""

import httpx2
from litestar import Litestar
from litestar.routes import HTTPRoute


async def test_every_method_is_named(app: Litestar, client: httpx2.AsyncClient) -> None:
    routes = [
        route
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith("/docs")
    ]
    assert any({"GET", "PUT"} <= set(route.methods) for route in routes)
    for route in routes:
        response = await client.options(route.path_format.replace("{", "").replace("}", ""))
        assert response.status_code == 204, route.path
        assert set(response.headers["Allow"].split(", ")) == set(route.methods), route.path
