import httpx2
import pytest


async def test_everybody_may_write(client: httpx2.AsyncClient) -> None:
    response = await client.put("/state/key", json={"value": 1})
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/auth/me", "/auth/token"])
async def test_there_is_nothing_to_sign_in_to(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
