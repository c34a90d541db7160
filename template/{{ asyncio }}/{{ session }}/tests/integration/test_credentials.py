import httpx2
import pytest

from tests.fixtures.auth import take_token


@pytest.mark.parametrize("password", [r"\ud800", r"a\u0000b"])
async def test_a_password_that_is_no_text_is_refused(
    client: httpx2.AsyncClient, password: str
) -> None:
    await take_token(client)
    body = f'{{"username": "editor", "password": "{password}"}}'
    headers = {"Content-Type": "application/json"}
    response = await client.post("/auth/login", content=body, headers=headers)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == "/password"
