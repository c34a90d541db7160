"""What Litestar makes of errors is told in the words of this service."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from litestar.exceptions import (
    HTTPException,
    ImproperlyConfiguredException,
    NotFoundException,
)
from litestar.params import FromPath

from tests.fixtures.failing_endpoints import add_endpoint
from tests.fixtures.problems import assert_problem

Logged = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def app(app: Litestar) -> Litestar:
    """The application, with endpoints that fail."""

    @app.register
    @get("/wrong")
    async def wrong() -> None:
        msg = "inside"
        raise ImproperlyConfiguredException(msg)

    async def leaky() -> AsyncIterator[int]:
        yield 1
        msg = "inside the first"
        raise KeyError(msg)

    async def creaky() -> AsyncIterator[int]:
        yield 2
        msg = "inside the second"
        raise ValueError(msg)

    @app.register
    @get("/ends", dependencies={"leaky": Provide(leaky), "creaky": Provide(creaky)})
    async def ends(leaky: NamedDependency[int], creaky: NamedDependency[int]) -> int:
        return leaky + creaky

    async def dropping() -> AsyncIterator[int]:
        try:
            yield 3
        finally:
            raise NotFoundException

    @app.register
    @get("/drop/{key:str}", dependencies={"dropping": Provide(dropping)})
    async def drop(key: FromPath[str], dropping: NamedDependency[int]) -> int:
        return {"known": dropping}[key]

    return app


async def test_a_mistake_that_the_framework_finds_is_a_crash_too(
    client: httpx2.AsyncClient, logged: Logged
) -> None:
    response = await client.get("/wrong")
    assert response.status_code == 500
    assert response.json()["detail"] == "The service failed to answer this request."
    (line,) = logged("request failed")
    assert "inside" in line["exception"][0]["exc_value"]


async def test_the_errors_of_all_dependencies_are_in_the_log(
    client: httpx2.AsyncClient, logged: Logged
) -> None:
    response = await client.get("/ends")
    assert response.status_code == 500
    errors = [line["exception"][0]["exc_type"] for line in logged("request failed")]
    assert sorted(errors) == ["KeyError", "ValueError"]


async def test_the_error_of_the_handler_comes_before_those_of_its_dependencies(
    client: httpx2.AsyncClient, logged: Logged
) -> None:
    assert (await client.get("/drop/known")).status_code == 404
    assert logged("request failed") == []
    response = await client.get("/drop/unknown")
    assert response.status_code == 500
    assert response.json()["detail"] == "The service failed to answer this request."
    errors = [line["exception"][0]["exc_type"] for line in logged("request failed")]
    assert sorted(errors) == ["KeyError", "NotFoundException"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/state/a", {"GET", "OPTIONS", "PUT"}),
        ("BREW", "/state/a", {"GET", "OPTIONS", "PUT"}),
        ("PUT", "/health/live", {"GET", "OPTIONS"}),
        ("POST", "/openapi.json", {"GET", "OPTIONS"}),
    ],
)
async def test_a_wrong_method_is_405_and_names_all_that_are_right(
    editor: httpx2.AsyncClient, method: str, path: str, allowed: set[str]
) -> None:
    response = await editor.request(method, path)
    assert_problem(response, 405, "This resource does not take that method.")
    (header,) = response.headers.get_list("Allow")
    assert set(header.split(", ")) == allowed


async def test_a_wrong_method_is_405_at_an_address_that_no_method_has_either(
    app: Litestar, client: httpx2.AsyncClient
) -> None:
    @app.register
    @get("/numbers/{number:int}")
    async def read(number: FromPath[int]) -> int:
        return number

    response = await client.delete("/numbers/one")
    assert_problem(response, 405, "This resource does not take that method.")


async def test_a_sentence_of_the_code_is_kept(app: Litestar, client: httpx2.AsyncClient) -> None:
    async def fail() -> None:
        headers = {"X-Why": "sold"}
        raise HTTPException(status_code=404, detail="There is no such order.", headers=headers)

    add_endpoint(app, "/raise", fail)
    response = await client.get("/raise")
    assert_problem(response, 404, "There is no such order.")
    assert response.headers["X-Why"] == "sold"
