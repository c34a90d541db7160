from django.test import Client


def test_a_value_that_was_set_is_read(editor: Client, client: Client) -> None:
    answer = editor.put("/state/key", {"value": {"a": [1]}}, "application/json")
    assert answer.status_code == 200
    assert answer["ETag"] == '"1"'
    assert answer.json()["updated_at"].endswith("Z")
    read = client.get("/state/key")
    assert read.json() == answer.json()
    assert read["ETag"] == '"1"'


def test_a_condition_that_holds(editor: Client) -> None:
    editor.put("/state/key", {"value": 1}, "application/json")
    headers = {"If-Match": '"1"'}
    answer = editor.put("/state/key", {"value": 2}, "application/json", headers=headers)
    assert answer.json()["version"] == 2


def test_a_condition_that_does_not_hold(editor: Client) -> None:
    headers = {"If-Match": '"1"'}
    answer = editor.put("/state/key", {"value": 2}, "application/json", headers=headers)
    assert answer.status_code == 412


def test_a_condition_that_nobody_can_read(editor: Client) -> None:
    headers = {"If-Match": "1"}
    answer = editor.put("/state/key", {"value": 2}, "application/json", headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/If-Match"
