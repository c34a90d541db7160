"""Section 9: metrics."""

import pytest

from .client import Client
from .metrics import Metrics
from .products import create

pytestmark = pytest.mark.contract("9")


def scrape(client: Client) -> Metrics:
    """Read /metrics."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return Metrics(answer.text)


def test_names_and_types(anonymous: Client, editor: Client) -> None:
    """All metrics of the contract are there, of the right kind."""
    editor.put("/state/metrics", json={"value": 1})
    metrics = scrape(anonymous)
    assert metrics.types["http_request_duration_seconds"] == "histogram"
    assert metrics.types["operation_duration_seconds"] in {"histogram", "summary"}
    for name in ("http_requests", "cache_requests", "external_requests"):
        assert metrics.types.get(f"{name}_total", metrics.types.get(name)) == "counter", name


def test_requests_are_counted(anonymous: Client) -> None:
    """By method, route and status, and no other label."""
    before = scrape(anonymous)
    for _ in range(3):
        anonymous.get("/flags")
    after = scrape(anonymous)
    labels = {"method": "GET", "route": "/flags", "status": "200"}
    grown = after.total("http_requests_total", **labels) - before.total(
        "http_requests_total", **labels
    )
    assert grown == 3
    for sample in after.select("http_requests_total"):
        assert sample.labels.keys() == {"method", "route", "status"}


def test_durations_are_measured(anonymous: Client) -> None:
    """A histogram by method and route, with buckets that end in +Inf."""
    anonymous.get("/flags")
    metrics = scrape(anonymous)
    labels = {"method": "GET", "route": "/flags"}
    (count,) = metrics.select("http_request_duration_seconds_count", **labels)
    (total,) = metrics.select("http_request_duration_seconds_sum", **labels)
    buckets = metrics.select("http_request_duration_seconds_bucket", **labels)
    assert count.labels.keys() == {"method", "route"}
    # In milliseconds each would count for more than one.
    assert 0 < total.value < count.value
    assert next(b.value for b in buckets if b.labels["le"] == "+Inf") == count.value
    assert len(buckets) > 3


def test_route_is_the_template(anonymous: Client) -> None:
    """Never the raw path, whatever the answer."""
    for _ in range(2):
        anonymous.get("/state/raw-path-of-a-key")
        anonymous.get("/state/UPPER-case-key")
        anonymous.delete("/state/raw-path-of-a-key")
    text = anonymous.get("/metrics").text
    assert "raw-path-of-a-key" not in text
    assert "UPPER-case-key" not in text
    routes = {
        sample.labels["route"]
        for sample in Metrics(text).select("http_requests_total", method="GET", status="404")
    }
    assert any(route.startswith("/state/") for route in routes)


@pytest.mark.only(example=True)
def test_route_of_a_product(anonymous: Client, editor: Client) -> None:
    """Ids do not make time series."""
    created = create(editor)
    anonymous.get(f"/products/{created['id']}")
    anonymous.get("/products/not-an-id-at-all")
    text = anonymous.get("/metrics").text
    assert created["id"] not in text
    assert "not-an-id-at-all" not in text


def test_unknown_paths_share_one_label(anonymous: Client) -> None:
    """However many a scanner tries."""
    before = scrape(anonymous)
    for number in range(5):
        anonymous.get(f"/wp-login-{number}.php")
        anonymous.get(f"/a/b/c/{number}/d")
    after = scrape(anonymous)
    assert "wp-login" not in after.text
    grown = {
        sample.labels["route"]: sample.value - before.total(sample.name, **sample.labels)
        for sample in after.select("http_requests_total", method="GET", status="404")
        if sample.value > before.total(sample.name, **sample.labels)
    }
    assert list(grown.values()) == [10], grown


def test_unknown_methods_share_a_label(anonymous: Client) -> None:
    """Nor do invented methods make time series."""
    for number in range(3):
        anonymous.http.request(f"INVENTED{number}", "/flags")
    assert "INVENTED" not in anonymous.get("/metrics").text


@pytest.mark.only(example=True)
def test_cache_requests(anonymous: Client, editor: Client) -> None:
    """A read that was cached and one that was not are different results."""
    path = f"/products/{create(editor)['id']}"
    before = scrape(anonymous)
    for _ in range(3):
        anonymous.get(path)
    after = scrape(anonymous)
    samples = after.select("cache_requests_total")
    assert all(sample.labels.keys() == {"result"} for sample in samples)
    grown = {
        sample.labels["result"]: sample.value - before.total(sample.name, **sample.labels)
        for sample in samples
    }
    assert grown["hit"] == 2
    assert grown["miss"] == 1


@pytest.mark.only(example=True)
def test_operations_are_measured(anonymous: Client, editor: Client) -> None:
    """What the service does, under names of its own."""
    create(editor)
    samples = scrape(anonymous).select("operation_duration_seconds_count")
    assert samples
    assert all(sample.labels.keys() == {"operation"} for sample in samples)


def test_metrics_hold_no_secrets(anonymous: Client) -> None:
    """Nothing that came in a query or a header."""
    anonymous.get("/flags?token=hunter2-secret", headers={"Authorization": "Bearer hunter2-secret"})
    assert "hunter2-secret" not in anonymous.get("/metrics").text
