"""What the service does can be seen at /metrics."""

import asyncio

import httpx2
import pytest
from litestar import Litestar, get
from prometheus_client.parser import text_string_to_metric_families


async def sample(client: httpx2.AsyncClient, name: str, **labels: str) -> float:
    """Return the value of a sample; what was never counted is 0."""
    response = await client.get("/metrics")
    for family in text_string_to_metric_families(response.text):
        for found in family.samples:
            if found.name == name and found.labels == labels:
                return float(found.value)
    return 0


async def test_metrics_come_in_the_prometheus_format(client: httpx2.AsyncClient) -> None:
    response = await client.get("/metrics")
    assert response.status_code == 200
    (content_type,) = response.headers.get_list("Content-Type")
    assert content_type.startswith("text/plain; version=")


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/health/live", "/health/live", "200"),
        ("GET", "/state/a.b-c", "/state/{key}", "404"),
        ("GET", "/state/NOT-A-KEY", "/state/{key}", "422"),
        ("PATCH", "/state/a", "unknown", "405"),
        ("GET", "/wp-login.php", "unknown", "404"),
        ("GET", "/state/a/b/c", "unknown", "404"),
        ("POST", "/nowhere/at/all", "unknown", "404"),
    ],
)
async def test_requests_are_counted_by_the_template_of_their_route(
    editor: httpx2.AsyncClient, method: str, path: str, route: str, status: str
) -> None:
    labels = {"method": method, "route": route}
    counted = await sample(editor, "http_requests_total", **labels, status=status)
    timed = await sample(editor, "http_request_duration_seconds_count", **labels)
    await editor.request(method, path)
    assert await sample(editor, "http_requests_total", **labels, status=status) == counted + 1
    assert await sample(editor, "http_request_duration_seconds_count", **labels) == timed + 1


async def test_requests_are_timed_in_seconds(app: Litestar, client: httpx2.AsyncClient) -> None:
    @app.register
    @get("/slow")
    async def slow() -> None:
        await asyncio.sleep(0.05)

    labels = {"method": "GET", "route": "/slow"}
    before = await sample(client, "http_request_duration_seconds_sum", **labels)
    await client.get("/slow")
    after = await sample(client, "http_request_duration_seconds_sum", **labels)
    assert 0.05 <= after - before < 30


async def test_methods_that_somebody_makes_up_share_one_label(editor: httpx2.AsyncClient) -> None:
    labels = {"method": "other", "route": "unknown", "status": "405"}
    before = await sample(editor, "http_requests_total", **labels)
    await editor.request("BREW", "/health/live")
    await editor.request("MAKE", "/health/live")
    assert await sample(editor, "http_requests_total", **labels) == before + 2
    assert "BREW" not in (await editor.get("/metrics")).text


async def test_raw_paths_are_in_no_label(client: httpx2.AsyncClient) -> None:
    await client.get("/state/to-be-seen-nowhere")
    await client.get("/to-be-seen-nowhere/either")
    assert "to-be-seen-nowhere" not in (await client.get("/metrics")).text


async def test_a_caller_who_went_away_is_counted(app: Litestar, client: httpx2.AsyncClient) -> None:
    started = asyncio.Event()

    @app.register
    @get("/wait")
    async def wait() -> None:
        started.set()
        await asyncio.Event().wait()

    labels = {"method": "GET", "route": "/wait", "status": "499"}
    before = await sample(client, "http_requests_total", **labels)
    request = asyncio.create_task(client.get("/wait"))
    await started.wait()
    request.cancel()
    await asyncio.wait([request])
    assert await sample(client, "http_requests_total", **labels) == before + 1


async def test_operations_are_timed(editor: httpx2.AsyncClient) -> None:
    labels = {"operation": "state.set"}
    before = await sample(editor, "operation_duration_seconds_count", **labels)
    await editor.put("/state/a", json={"value": 1})
    assert await sample(editor, "operation_duration_seconds_count", **labels) == before + 1
