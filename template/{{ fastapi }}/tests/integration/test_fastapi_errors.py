"""What FastAPI and Starlette make of errors is told in the words of this service."""

import httpx2
import pytest
from fastapi import FastAPI, HTTPException

from tests.fixtures.failing_endpoints import add_endpoint
from tests.fixtures.problems import assert_problem


def raising(app: FastAPI, error: Exception) -> None:
    async def fail() -> None:
        raise error

    add_endpoint(app, "/raise", fail)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/state/a", "GET, PUT"),
        ("OPTIONS", "/state/a", "GET, PUT"),
        ("BREW", "/state/a", "GET, PUT"),
        ("PUT", "/health/live", "GET"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_405_and_names_all_that_are_right(
    editor: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await editor.request(method, path)
    assert_problem(response, 405, "This resource does not take that method.")
    assert response.headers.get_list("Allow") == [allowed]


async def test_a_sentence_of_the_code_is_kept(app: FastAPI, client: httpx2.AsyncClient) -> None:
    raising(app, HTTPException(404, "There is no such order.", headers={"X-Why": "sold"}))
    response = await client.get("/raise")
    assert_problem(response, 404, "There is no such order.")
    assert response.headers["X-Why"] == "sold"


async def test_a_status_that_no_standard_knows_is_told(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    raising(app, HTTPException(460, "That is odd."))
    response = await client.get("/raise")
    assert_problem(response, 460, "That is odd.")
    assert response.json()["title"] == "Unknown Error"


@pytest.mark.parametrize("data", [{"code": "sold", "left": 0}, ["a", 1]], ids=str)
async def test_details_may_be_data(app: FastAPI, client: httpx2.AsyncClient, data: object) -> None:
    raising(app, HTTPException(409, data))
    response = await client.get("/raise")
    assert_problem(response, 409, "Conflict")
    assert response.json()["data"] == data


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_body_stays_without(
    app: FastAPI, client: httpx2.AsyncClient, status: int
) -> None:
    raising(app, HTTPException(status, headers={"ETag": '"3"'}))
    response = await client.get("/raise")
    assert response.status_code == status
    assert response.content == b""
    assert "Content-Type" not in response.headers
    assert response.headers["ETag"] == '"3"'
