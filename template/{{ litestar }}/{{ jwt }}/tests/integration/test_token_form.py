"""The form that asks for tokens is read, and forgotten."""

import gc
import tracemalloc

import httpx2
import pytest

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_no_form_is_kept_in_memory(client: httpx2.AsyncClient) -> None:
    async def send(number: int) -> None:
        content = f"password={number}{'x' * 100_000}"
        response = await client.post("/auth/token", content=content, headers=FORM)
        assert response.status_code == 422

    await send(0)  # what the first request sets up stays
    tracemalloc.start()
    for number in range(1, 21):
        await send(number)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        ("", ["/username", "/password"]),
        ("username=&username=b&password=c", ["/username"]),
        ("grant_type=&username=%C3%A9&password=%ff", ["/grant_type"]),
    ],
)
async def test_every_field_of_a_form_that_is_wrong_is_told(
    client: httpx2.AsyncClient, content: str, pointers: list[str]
) -> None:
    response = await client.post("/auth/token", content=content, headers=FORM)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == pointers
