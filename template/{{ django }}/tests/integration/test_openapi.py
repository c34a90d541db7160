from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def document(client: Client) -> Any:  # noqa: ANN401 - a JSON document
    return client.get("/openapi.json").json()


def test_problems_have_their_own_media_type(document: Any) -> None:  # noqa: ANN401
    answers = document["paths"]["/state/{key}"]["get"]["responses"]
    assert answers["404"]["content"].keys() == {"application/problem+json"}
    assert answers["200"]["content"].keys() == {"application/json"}


def test_validation_problems_have_a_schema_of_their_own(document: Any) -> None:  # noqa: ANN401
    answer = document["paths"]["/state/{key}"]["put"]["responses"]["422"]
    schema = answer["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ValidationProblem"}


def test_conditions_are_documented_under_their_names(document: Any) -> None:  # noqa: ANN401
    parameters = document["paths"]["/state/{key}"]["put"]["parameters"]
    assert "If-Match" in {parameter["name"] for parameter in parameters}


def test_streams_say_what_they_are(document: Any) -> None:  # noqa: ANN401
    answer = document["paths"]["/state/{key}/events"]["get"]["responses"]["200"]
    assert answer["content"].keys() == {"text/event-stream"}


def test_there_is_a_page_for_people(client: Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/openapi.json" in page.text
