import pytest
from flask.testing import FlaskClient


def test_a_value_that_was_set_is_read(editor: FlaskClient, client: FlaskClient) -> None:
    answer = editor.put("/state/key", json={"value": {"a": [1]}})
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    assert answer.json is not None
    assert answer.json["updated_at"].endswith("Z")
    read = client.get("/state/key")
    assert read.json == answer.json
    assert read.headers["ETag"] == '"1"'


def test_a_condition_that_holds(editor: FlaskClient) -> None:
    editor.put("/state/key", json={"value": 1})
    answer = editor.put("/state/key", json={"value": 2}, headers={"If-Match": '"1"'})
    assert answer.json is not None
    assert answer.json["version"] == 2


def test_a_condition_that_does_not_hold(editor: FlaskClient) -> None:
    answer = editor.put("/state/key", json={"value": 2}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412


def test_a_condition_that_nobody_can_read(editor: FlaskClient) -> None:
    answer = editor.put("/state/key", json={"value": 2}, headers={"If-Match": "1"})
    assert answer.status_code == 422


@pytest.mark.parametrize("key", ["UPPER", "a b", "x" * 65, "%00", "a%0A"])
def test_a_key_has_a_form(client: FlaskClient, key: str) -> None:
    for path in (f"/state/{key}", f"/state/{key}/events"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "value",
    [
        r'"a\u0000b"',
        r'"\ud800"',
        r'{"\udfff": 1}',
        "NaN",
        "1e400",
        "9223372036854775808",
        "[" * 40 + "]" * 40,
    ],
)
def test_what_cannot_be_kept_is_refused(
    editor: FlaskClient, client: FlaskClient, value: str
) -> None:
    body = f'{{"value":{value}}}'
    answer = editor.put("/state/hostile", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert client.get("/state/hostile").status_code == 404
