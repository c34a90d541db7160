from http import HTTPStatus

import httpx2


async def test_live_says_ok(client: httpx2.AsyncClient) -> None:
    response = await client.get("/health/live")
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {"status": "ok"}
