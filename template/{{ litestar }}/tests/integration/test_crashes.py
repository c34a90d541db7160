"""What nobody expected: the caller learns nothing of the inside, the log has it all."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from litestar.exceptions import (
    ImproperlyConfiguredException,
    LitestarException,
    NotFoundException,
)
from litestar.params import FromPath
from litestar.response import Stream
from prometheus_client import REGISTRY

Logged = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def app(app: Litestar) -> Litestar:
    """The application, with endpoints that fail."""

    @app.register
    @get("/crash/{number:int}")
    async def crash(number: FromPath[int]) -> None:
        msg = f"inside {number}"
        raise KeyError(msg)

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

    @app.register
    @get("/half")
    async def half() -> Stream:
        async def content() -> AsyncIterator[str]:
            yield "the first half"
            msg = "the second half"
            raise KeyError(msg)

        return Stream(content())

    return app


async def test_a_crash_is_a_problem_that_says_nothing_of_the_inside(
    client: httpx2.AsyncClient,
) -> None:
    response = await client.get("/crash/1", headers={"X-Request-ID": "abc"})
    assert response.status_code == 500
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "The service failed to answer this request.",
        "instance": "/crash/1",
        "request_id": "abc",
    }


async def test_the_log_has_the_trace_with_the_id_of_the_request(
    client: httpx2.AsyncClient, logged: Logged
) -> None:
    await client.get("/crash/1", headers={"X-Request-ID": "abc"})
    (line,) = logged("request failed")
    assert line["request_id"] == "abc"
    assert line["level"] == "error"
    assert line["exception"][0]["exc_type"] == "KeyError"
    assert "inside 1" in line["exception"][0]["exc_value"]


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


async def test_a_crash_is_counted_as_500(client: httpx2.AsyncClient) -> None:
    def counted() -> float:
        labels = {"method": "GET", "route": "/crash/{number}", "status": "500"}
        return REGISTRY.get_sample_value("http_requests_total", labels) or 0

    before = counted()
    await client.get("/crash/1")
    assert counted() == before + 1


async def test_a_crash_has_status_500_in_the_log(
    client: httpx2.AsyncClient, logged: Logged
) -> None:
    await client.get("/crash/1")
    (line,) = logged("request")
    assert (line["route"], line["status"]) == ("/crash/{number}", 500)


async def test_half_an_answer_is_broken_off(app: Litestar, logged: Logged) -> None:
    """The server has to see the error: only it can break off the connection."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=True)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        with pytest.raises(LitestarException, match="after response started"):
            await client.get("/half", headers={"X-Request-ID": "abc"})
    assert [line["request_id"] for line in logged("request failed")] == ["abc"]
