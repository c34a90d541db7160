"""The OpenAPI document tells the truth."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

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
