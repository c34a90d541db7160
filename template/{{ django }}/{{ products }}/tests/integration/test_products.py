import pytest
from django.test import Client

from tests.fixtures.products import product

JSON = "application/json"


def create(editor: Client, **changes: object) -> dict[str, str]:
    """Add a product and return it."""
    answer = editor.post("/products", product(**changes), JSON)
    assert answer.status_code == 201, answer.text
    created: dict[str, str] = answer.json()
    return created


def test_a_product_is_added_and_read(editor: Client, client: Client) -> None:
    answer = editor.post("/products", product(description="<p>From <em>Uji</em></p>"), JSON)
    assert answer.status_code == 201
    assert answer["Location"] == f"/products/{answer.json()['id']}"
    assert client.get(answer["Location"]).json() == answer.json()
    assert answer.json()["price"] == "19.90"
    assert answer.json()["description"] == "<p>From <em>Uji</em></p>"


def test_html_is_made_harmless_before_it_is_stored(editor: Client) -> None:
    description = '<p onclick="x()">Hi<script>alert(1)</script></p>'
    assert create(editor, description=description)["description"] == "<p>Hi</p>"


def test_a_sku_is_taken_once(editor: Client) -> None:
    create(editor)
    answer = editor.post("/products", product(name="Another"), JSON)
    assert answer.status_code == 409
    assert "TEA-001" in answer.json()["detail"]


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
def test_bad_values_are_refused(editor: Client, changes: dict[str, object], pointer: str) -> None:
    answer = editor.post("/products", product(**changes), JSON)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_change_is_seen_by_the_next_read(editor: Client, client: Client) -> None:
    path = f"/products/{create(editor)['id']}"
    assert client.get(path).json()["price"] == "19.90"
    answer = editor.patch(path, {"price": "20.00"}, JSON)
    assert answer.json()["price"] == "20.00"
    assert answer.json()["name"] == "Green tea"
    assert client.get(path).json() == answer.json()


def test_a_change_to_a_taken_sku(editor: Client) -> None:
    create(editor)
    path = f"/products/{create(editor, sku='TEA-002')['id']}"
    assert editor.patch(path, {"sku": "TEA-001"}, JSON).status_code == 409
    assert editor.patch(path, {"sku": None}, JSON).status_code == 422


def test_what_is_removed_is_gone(editor: Client, client: Client) -> None:
    path = f"/products/{create(editor)['id']}"
    assert client.get(path).status_code == 200
    assert editor.delete(path).status_code == 204
    for answer in (client.get(path), editor.delete(path), editor.patch(path, {}, JSON)):
        assert answer.status_code == 404


def test_an_id_that_is_none(client: Client) -> None:
    answer = client.get("/products/not-an-id")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/product_id"


def test_the_second_read_comes_from_the_cache(
    editor: Client, client: Client, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    path = f"/products/{create(editor)['id']}"
    client.get(path)
    with django_assert_num_queries(1):  # type: ignore[operator] # the version
        client.get(path)
