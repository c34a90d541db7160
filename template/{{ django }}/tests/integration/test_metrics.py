from django.test import Client
from prometheus_client import REGISTRY


def requests(**labels: str) -> float:
    """How many requests were counted."""
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0


def test_requests_are_counted_by_route(client: Client) -> None:
    labels = {"method": "GET", "route": "/state/{key}", "status": "404"}
    before = requests(**labels)
    client.get("/state/one")
    client.get("/state/two")
    assert requests(**labels) == before + 2


def test_unknown_paths_and_methods_share_a_label(client: Client) -> None:
    labels = {"method": "other", "route": "unknown", "status": "404"}
    before = requests(**labels)
    client.generic("INVENTED", "/nowhere/1")
    client.generic("MADEUP", "/nowhere/2")
    assert requests(**labels) == before + 2


def test_they_are_shown_as_text(client: Client) -> None:
    client.get("/health/live")
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    assert "http_request_duration_seconds_bucket" in answer.text
