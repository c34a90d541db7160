"""Section 3: problem documents. The client checks the form of each one; here is what they say."""

import pytest

from .client import Client

pytestmark = pytest.mark.contract("3")


def test_members_of_a_problem(anonymous: Client) -> None:
    """What RFC 9457 asks for, and the request id."""
    answer = anonymous.get("/state/never-set.key")
    assert answer.status_code == 404
    assert answer.headers["content-type"].partition(";")[0] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 404
    assert problem["title"]
    assert problem["detail"]
    assert problem["type"]
    assert problem["instance"] == "/state/never-set.key"
    assert problem["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense"])
def test_a_problem_whatever_is_accepted(anonymous: Client, accept: str) -> None:
    """Errors are JSON for everybody, browsers included."""
    answer = anonymous.get("/nowhere", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == "application/problem+json"


def test_an_error_for_each_bad_field(editor: Client) -> None:
    """Missing and unknown fields at once."""
    answer = editor.put("/state/errors", json={"valeu": 1, "other": 2})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/value",
        "/valeu",
        "/other",
    }


def test_pointers_are_escaped(editor: Client) -> None:
    """RFC 6901: `~` and `/` in a name are `~0` and `~1`."""
    answer = editor.put("/state/errors", json={"value": 1, "a/b~c": 1})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/a~1b~0c"]


@pytest.mark.only(example=True)
def test_all_fields_of_a_product_at_once(editor: Client) -> None:
    """One entry for each bad field, however different the reasons."""
    answer = editor.post(
        "/products",
        json={
            "sku": "low case",
            "name": "",
            "description": "x" * 2001,
            "price": 19.9,
            "currency": "euro",
            "colour": "red",
        },
    )
    assert answer.status_code == 422
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert sorted(pointers) == [
        "/colour",
        "/currency",
        "/description",
        "/name",
        "/price",
        "/sku",
    ]
    assert all(error["detail"] and error["code"] for error in answer.json()["errors"])


@pytest.mark.only(example=True)
def test_query_parameters_are_fields(anonymous: Client) -> None:
    """Bad query parameters are reported like bad fields, all at once."""
    answer = anonymous.get("/products", params={"limit": "0", "offset": "-1"})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/limit", "/offset"}


def test_the_refused_value_is_not_quoted(editor: Client) -> None:
    """A caller's secret in the wrong field does not come back."""
    answer = editor.put("/state/errors", json={"vlaue": "hunter2-secret"})
    assert answer.status_code == 422
    assert "hunter2-secret" not in answer.text


@pytest.mark.only(auth={"jwt", "session", "oidc", "api_key"})
def test_unauthorized_says_how(anonymous: Client) -> None:
    """401 carries WWW-Authenticate."""
    answer = anonymous.get("/auth/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"]
