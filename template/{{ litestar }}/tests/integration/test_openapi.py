"""The OpenAPI document tells the truth."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

PROBLEM = "application/problem+json"


@pytest.fixture
async def document(client: httpx2.AsyncClient) -> dict[str, Any]:
    response = await client.get("/openapi.json")
    assert response.status_code == 200
    document: dict[str, Any] = response.json()
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


async def test_every_endpoint_is_in_it(app: Litestar, document: dict[str, Any]) -> None:
    endpoints = {
        f"{method} {route.path_format}"
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path.startswith(("/docs", "/openapi.json"))
        for method in route.methods
        if method != "OPTIONS"
    }
    assert {name for name, _ in operations(document)} == endpoints
    assert endpoints >= {"GET /health/ready", "GET /metrics", "GET /flags", "PUT /state/{key}"}


async def test_errors_are_problem_documents(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) < 400 or (name, status) == ("GET /health/ready", "503"):
                continue
            model = "ValidationProblem" if status == "422" else "Problem"
            schema = {"$ref": f"#/components/schemas/{model}"}
            assert response["content"] == {PROBLEM: {"schema": schema}}, (name, status)


async def test_every_operation_names_what_can_always_happen(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["responses"].keys() >= {"400", "413", "500"}, name


async def test_operations_with_input_name_422(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if "parameters" in operation or "requestBody" in operation:
            assert "422" in operation["responses"], name


async def test_operations_with_a_json_body_name_415(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if "requestBody" in operation:
            assert operation["responses"].keys() >= {"413", "415"}, name


async def test_a_problem_says_what_it_consists_of(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["ValidationProblem"]
    assert set(schema["required"]) == {
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "request_id",
        "errors",
    }


async def test_successful_answers_keep_their_media_type(document: dict[str, Any]) -> None:
    answers = document["paths"]["/state/{key}"]["get"]["responses"]["200"]["content"]
    assert answers.keys() == {"application/json"}
    events = document["paths"]["/state/{key}/events"]["get"]["responses"]["200"]["content"]
    assert events.keys() == {"text/event-stream"}
    ready = document["paths"]["/health/ready"]["get"]["responses"]["503"]["content"]
    assert ready.keys() == {"application/json"}


async def test_an_answer_without_a_body_is_shown_without_one(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if "204" in operation["responses"]:
            assert "content" not in operation["responses"]["204"], name


async def test_metrics_are_plain_text(document: dict[str, Any]) -> None:
    answers = document["paths"]["/metrics"]["get"]["responses"]["200"]["content"]
    assert answers.keys() == {"text/plain"}


async def test_there_is_a_page_to_try_the_service_on(client: httpx2.AsyncClient) -> None:
    response = await client.get("/docs")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert 'data-url="/docs/openapi.json"' in response.text
    shown = await client.get("/docs/openapi.json")
    assert shown.json() == (await client.get("/openapi.json")).json()
