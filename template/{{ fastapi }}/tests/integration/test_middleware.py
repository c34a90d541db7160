"""Every request has an id, and one line in the log."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI

Logged = Callable[[str], list[dict[str, Any]]]


@pytest.mark.parametrize("request_id", ["7", "a" * 128, "Order_1.retry-2"])
async def test_the_id_of_the_caller_is_kept(client: httpx2.AsyncClient, request_id: str) -> None:
    response = await client.get("/flags", headers={"X-Request-ID": request_id})
    assert response.headers.get_list("X-Request-ID") == [request_id]


@pytest.mark.parametrize("request_id", ["", "a" * 129, "a b", "a\n", "é", "a/b", '"a"', "a;b"])
async def test_an_id_that_is_none_is_replaced(client: httpx2.AsyncClient, request_id: str) -> None:
    response = await client.get("/flags", headers=[(b"X-Request-ID", request_id.encode())])
    (given,) = response.headers.get_list("X-Request-ID")
    assert given != request_id
    assert len(given) == 32


async def test_every_request_has_an_id_of_its_own(client: httpx2.AsyncClient) -> None:
    ids = {(await client.get("/flags")).headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


async def test_every_line_of_a_request_has_its_id(
    app: FastAPI, client: httpx2.AsyncClient, logged: Logged
) -> None:
    together = asyncio.Barrier(2)

    @app.get("/talk")
    async def talk(name: str) -> None:
        await together.wait()  # both are under way
        structlog.get_logger().info("talking", name=name)

    async def call(name: str) -> None:
        await client.get("/talk", params={"name": name}, headers={"X-Request-ID": name})

    await asyncio.gather(call("first"), call("second"))
    assert {(line["name"], line["request_id"]) for line in logged("talking")} == {
        ("first", "first"),
        ("second", "second"),
    }


async def test_what_an_earlier_request_bound_is_gone(
    app: FastAPI, client: httpx2.AsyncClient, logged: Logged
) -> None:
    @app.get("/bind")
    async def bind() -> None:
        structlog.contextvars.bind_contextvars(tenant="first")

    await client.get("/bind")
    await client.get("/flags")
    bound, other = logged("request")
    assert bound["tenant"] == "first"
    assert "tenant" not in other


async def test_a_request_has_one_line_in_the_log(
    client: httpx2.AsyncClient, logged: Logged
) -> None:
    response = await client.get("/state/a.key?secret=1", headers={"X-Request-ID": "abc"})
    assert response.status_code == 404
    (line,) = logged("request")
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("duration_ms") > 0
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "request_id": "abc",
        "route": "/state/{key}",
        "status": 404,
    }


async def test_a_caller_who_went_away_has_a_line_too(
    app: FastAPI, client: httpx2.AsyncClient, logged: Logged
) -> None:
    started = asyncio.Event()

    @app.get("/wait")
    async def wait() -> None:
        started.set()
        await asyncio.Event().wait()

    request = asyncio.create_task(client.get("/wait"))
    await started.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert [line["status"] for line in logged("request")] == [499]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
async def test_probes_do_not_fill_the_log(
    client: httpx2.AsyncClient, logged: Logged, path: str
) -> None:
    await client.get(path)
    assert logged("request") == []
