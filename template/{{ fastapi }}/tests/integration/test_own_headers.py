"""What an endpoint says for itself goes before what is said for all."""

import httpx2
from fastapi import FastAPI, Response


async def test_an_endpoint_may_allow_frames(app: FastAPI, client: httpx2.AsyncClient) -> None:
    @app.get("/framed")
    async def framed(response: Response) -> None:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"

    response = await client.get("/framed")
    assert response.headers.get_list("X-Frame-Options") == ["SAMEORIGIN"]
    assert response.headers.get_list("X-Content-Type-Options") == ["nosniff"]
