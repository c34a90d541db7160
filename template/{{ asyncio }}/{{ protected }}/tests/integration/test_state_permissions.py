"""Everybody may read state; changing it needs the permission."""

import httpx2


async def test_who_is_not_signed_in_may_not_change_state(client: httpx2.AsyncClient) -> None:
    response = await client.put("/state/a", json={"value": 1})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"]
    assert (await client.get("/state/a")).status_code == 404


async def test_who_lacks_the_permission_may_not_change_state(reader: httpx2.AsyncClient) -> None:
    response = await reader.put("/state/a", json={"value": 1})
    assert response.status_code == 403
    assert response.json()["detail"] == "This needs the permission state:write."
    assert (await reader.get("/state/a")).status_code == 404
