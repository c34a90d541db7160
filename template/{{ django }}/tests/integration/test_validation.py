import pytest
from django.test import Client


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
def test_what_cannot_be_kept_is_refused(editor: Client, client: Client, value: str) -> None:
    answer = editor.put("/state/hostile", f'{{"value":{value}}}', "application/json")
    assert answer.status_code == 422
    assert client.get("/state/hostile").status_code == 404


@pytest.mark.parametrize("key", ["UPPER", "a b", "x" * 65, "%00", "%0A"])
def test_a_key_has_a_form(client: Client, key: str) -> None:
    answer = client.get(f"/state/{key}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/key"
