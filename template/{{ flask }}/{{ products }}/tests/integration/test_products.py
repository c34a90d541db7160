from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from tests.fixtures.products import product


def create(editor: FlaskClient, **changes: object) -> Any:  # noqa: ANN401 - a JSON document
    """Add a product and return it."""
    answer = editor.post("/products", json=product(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_product_is_added_and_read(editor: FlaskClient, client: FlaskClient) -> None:
    answer = editor.post("/products", json=product(description="<p>From <em>Uji</em></p>"))
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.headers["Location"] == f"/products/{answer.json['id']}"
    assert client.get(answer.headers["Location"]).json == answer.json
    assert answer.json["price"] == "19.90"
    assert answer.json["description"] == "<p>From <em>Uji</em></p>"


def test_its_address_is_below_where_the_service_is(editor: FlaskClient) -> None:
    answer = editor.post("/products", base_url="http://localhost/shop", json=product())
    assert answer.headers["Location"].startswith("/shop/products/")


def test_html_is_made_harmless_before_it_is_stored(editor: FlaskClient) -> None:
    description = '<p onclick="x()">Hi<script>alert(1)</script></p>'
    assert create(editor, description=description)["description"] == "<p>Hi</p>"


def test_a_sku_is_taken_once(editor: FlaskClient) -> None:
    create(editor)
    answer = editor.post("/products", json=product(name="Another"))
    assert answer.status_code == 409
    assert "TEA-001" in answer.text


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"sku": "tea"}, "/sku"),
        ({"name": ""}, "/name"),
        ({"price": "19.999"}, "/price"),
        ({"price": 19.9}, "/price"),
        ({"currency": "eur"}, "/currency"),
        ({"colour": "green"}, "/colour"),
    ],
)
def test_bad_values_are_refused(
    editor: FlaskClient, changes: dict[str, object], pointer: str
) -> None:
    answer = editor.post("/products", json=product(**changes))
    assert answer.status_code == 422
    assert answer.json is not None
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_a_change_is_seen_by_the_next_read(editor: FlaskClient, client: FlaskClient) -> None:
    created = create(editor)
    path = f"/products/{created['id']}"
    assert client.get(path).json == created
    changed = editor.patch(path, json={"price": "20.00"}).json
    assert changed is not None
    assert changed["price"] == "20.00"
    assert changed["name"] == "Green tea"
    assert changed["updated_at"] > created["updated_at"]
    assert client.get(path).json == changed


def test_a_change_to_a_taken_sku(editor: FlaskClient) -> None:
    create(editor)
    path = f"/products/{create(editor, sku='TEA-002')['id']}"
    assert editor.patch(path, json={"sku": "TEA-001"}).status_code == 409
    assert editor.patch(path, json={"sku": None}).status_code == 422


def test_what_is_removed_is_gone(editor: FlaskClient, client: FlaskClient) -> None:
    path = f"/products/{create(editor)['id']}"
    assert client.get(path).status_code == 200
    answer = editor.delete(path)
    assert (answer.status_code, answer.text) == (204, "")
    for answer in (client.get(path), editor.delete(path), editor.patch(path, json={})):
        assert answer.status_code == 404


def test_an_id_that_is_none(client: FlaskClient) -> None:
    assert client.get("/products/not-an-id").status_code == 404


def test_the_second_read_asks_only_for_the_version(
    editor: FlaskClient, client: FlaskClient
) -> None:
    path = f"/products/{create(editor)['id']}"
    client.get(path)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT products"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        client.get(path)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    (statement,) = statements
    assert "version" in statement
    assert "description" not in statement
