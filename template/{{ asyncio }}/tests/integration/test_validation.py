"""What comes in is refused with every field that is wrong, and never with a 5xx."""

import httpx2
import pytest

from tests.fixtures.problems import field_errors

JSON = {"Content-Type": "application/json"}


async def put(editor: httpx2.AsyncClient, content: bytes) -> httpx2.Response:
    return await editor.put("/state/a", content=content, headers=JSON)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{'value': 1}",
        b'{"value": 1}}',
        b"\xff\xfe",
        b'{"value": "\xff"}',
        b'{"value": ' + b"[" * 100_000,
        b'{"value": ' + b"9" * 5_000 + b"}",
    ],
    ids=["open", "quotes", "more", "no text", "invalid UTF-8", "brackets", "digits"],
)
async def test_what_is_no_json_is_400(editor: httpx2.AsyncClient, content: bytes) -> None:
    response = await put(editor, content)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


async def test_endless_nesting_is_refused(editor: httpx2.AsyncClient) -> None:
    """Which of the two depends on how deep Python's own parser goes."""
    response = await put(editor, b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert response.status_code in {400, 422}
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"NaN", "not_finite"),
        (b"-Infinity", "not_finite"),
        (b"1e999", "not_finite"),
        (b"9223372036854775808", "too_large"),
        (rb'"\u0000"', "nul_character"),
        (rb'{"\u0000": 1}', "nul_character"),
        (rb'["\ud800"]', "lone_surrogate"),
        (rb'{"a": {"\udfff": 1}}', "lone_surrogate"),
        (b"[" * 40 + b"]" * 40, "too_deep"),
    ],
)
async def test_what_cannot_be_stored_is_refused(
    editor: httpx2.AsyncClient, content: bytes, code: str
) -> None:
    response = await put(editor, b'{"value": %s}' % content)
    assert field_errors(response) == {("/value", code)}


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"a"', b"1"])
async def test_a_body_that_is_no_object_is_refused(
    editor: httpx2.AsyncClient, content: bytes
) -> None:
    ((pointer, _),) = field_errors(await put(editor, content))
    assert pointer == ""


async def test_unknown_fields_are_refused(editor: httpx2.AsyncClient) -> None:
    response = await put(editor, b'{"value": 1, "more": 2}')
    assert field_errors(response) == {("/more", "extra_forbidden")}


async def test_a_nul_in_the_name_of_a_field_is_quoted(editor: httpx2.AsyncClient) -> None:
    response = await put(editor, rb'{"value": 1, "a\u0000~/b": 2}')
    assert field_errors(response) == {("/a\0~0~1b", "extra_forbidden")}


async def test_a_lone_surrogate_in_the_name_of_a_field_is_refused(
    editor: httpx2.AsyncClient,
) -> None:
    response = await put(editor, rb'{"value": 1, "\ud800": 2}')
    assert field_errors(response)


@pytest.mark.parametrize("key", ["A", "a" * 65, "a%0A", "%00", "é", "a b", "%ff"])
async def test_a_bad_key_in_the_path_is_refused(client: httpx2.AsyncClient, key: str) -> None:
    assert field_errors(await client.get(f"/state/{key}")) == {("/key", "string_pattern_mismatch")}
