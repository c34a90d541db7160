"""What nobody expected: the caller learns nothing of the inside, the log has it all."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY

Logged = Callable[[str], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("failing_endpoints")


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
