import httpx2


async def test_a_bad_token_is_refused_rather_than_taken_for_nobody(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.get("/flags", headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 401
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
