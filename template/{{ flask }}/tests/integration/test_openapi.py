import re
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient


@pytest.fixture
def document(client: FlaskClient) -> Any:  # noqa: ANN401 - a JSON document
    return client.get("/openapi.json").json


def test_problems_have_their_own_media_type(document: Any) -> None:  # noqa: ANN401
    answers = document["paths"]["/state/{key}"]["get"]["responses"]
    assert answers["404"]["content"].keys() == {"application/problem+json"}
    assert answers["200"]["content"].keys() == {"application/json"}


def test_validation_problems_have_a_schema_of_their_own(document: Any) -> None:  # noqa: ANN401
    answer = document["paths"]["/state/{key}"]["put"]["responses"]["422"]
    schema = answer["content"]["application/problem+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/ValidationProblem"}
    assert "errors" in document["components"]["schemas"]["ValidationProblem"]["properties"]
    assert "pointer" in document["components"]["schemas"]["FieldError"]["properties"]


def test_what_every_operation_may_answer_is_there(document: Any) -> None:  # noqa: ANN401
    for path in document["paths"].values():
        for operation in path.values():
            assert {"400", "500"} <= operation["responses"].keys()
            if "requestBody" in operation:
                assert {"413", "415"} <= operation["responses"].keys()


def test_conditions_are_documented(document: Any) -> None:  # noqa: ANN401
    parameters = document["paths"]["/state/{key}"]["put"]["parameters"]
    assert {parameter["name"].lower() for parameter in parameters} == {"key", "if-match"}


def test_streams_say_what_they_are(document: Any) -> None:  # noqa: ANN401
    answer = document["paths"]["/state/{key}/events"]["get"]["responses"]["200"]
    assert answer["content"].keys() == {"text/event-stream"}


def test_references_lead_somewhere(document: Any) -> None:  # noqa: ANN401
    def look(node: Any) -> None:  # noqa: ANN401
        if isinstance(node, dict):
            if "$ref" in node:
                assert node["$ref"].rpartition("/")[2] in document["components"]["schemas"]
            for member in node.values():
                look(member)
        elif isinstance(node, list):
            for item in node:
                look(item)

    look(document)


def test_several_may_complete_the_document(app: APIFlask) -> None:
    @app.spec_processor
    def complete(document: Any) -> Any:  # noqa: ANN401
        document["info"]["x-owner"] = "shop"
        return document

    document = app.test_client().get("/openapi.json").json
    assert document is not None
    assert document["info"]["x-owner"] == "shop"
    assert "Problem" in document["components"]["schemas"]


def test_there_is_a_page_for_people(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/openapi.json" in page.text


def test_the_page_runs_one_version_of_others_scripts(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(https?:[^"]+)"', client.get("/docs").text)
    assert len(addresses) >= 4
    for address in addresses:
        assert re.search(r"@\d+\.\d+\.\d+/", address), address
