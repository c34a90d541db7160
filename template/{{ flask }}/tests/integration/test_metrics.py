from flask.testing import FlaskClient
from prometheus_client import REGISTRY


def requests(**labels: str) -> float:
    """How many requests were counted."""
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0


def operations(name: str) -> float:
    """How many operations of that name were timed."""
    labels = {"operation": name}
    return REGISTRY.get_sample_value("operation_duration_seconds_count", labels) or 0


def test_requests_are_counted_by_route(client: FlaskClient) -> None:
    labels = {"method": "GET", "route": "/state/{key}", "status": "404"}
    before = requests(**labels)
    client.get("/state/one")
    client.get("/state/two")
    assert requests(**labels) == before + 2


def test_unknown_paths_and_methods_share_a_label(client: FlaskClient) -> None:
    labels = {"method": "other", "route": "unknown", "status": "404"}
    before = requests(**labels)
    client.open("/nowhere/1", method="INVENTED")
    client.open("/nowhere/2", method="MADEUP")
    assert requests(**labels) == before + 2


def test_they_are_shown_as_text(client: FlaskClient) -> None:
    client.get("/health/live")
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain")
    assert "http_request_duration_seconds_bucket" in answer.text


def test_raw_paths_are_in_no_label(client: FlaskClient) -> None:
    client.get("/state/to-be-seen-nowhere")
    client.get("/to-be-seen-nowhere/either")
    assert "to-be-seen-nowhere" not in client.get("/metrics").text


def test_operations_are_timed(editor: FlaskClient) -> None:
    before = operations("state.set")
    editor.put("/state/key", json={"value": 1})
    assert operations("state.set") == before + 1
