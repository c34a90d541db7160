"""Section 5: keyed, versioned state."""

import itertools
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from .client import Client

pytestmark = pytest.mark.contract("5")

_keys = itertools.count(1)


@pytest.fixture
def key() -> str:
    """A key that no other test uses."""
    return f"state.{next(_keys)}"


def test_never_set(anonymous: Client, key: str) -> None:
    """404."""
    assert anonymous.get(f"/state/{key}").status_code == 404


def test_set_and_get(editor: Client, anonymous: Client, key: str) -> None:
    """The entry as set, from version 1 on."""
    answer = editor.put(f"/state/{key}", json={"value": {"open": True}})
    assert answer.status_code == 200
    entry = answer.json()
    assert entry.keys() == {"key", "value", "version", "updated_at"}
    assert (entry["key"], entry["value"], entry["version"]) == (key, {"open": True}, 1)
    assert datetime.fromisoformat(entry["updated_at"]).utcoffset() == timedelta(0)
    assert anonymous.get(f"/state/{key}").json() == entry


def test_each_change_is_one_version_higher(editor: Client, key: str) -> None:
    """Also when the value stays the same."""
    versions = [
        editor.put(f"/state/{key}", json={"value": value}).json()["version"]
        for value in (1, 2, 2, None)
    ]
    assert versions == [1, 2, 3, 4]
    assert editor.get(f"/state/{key}").json()["value"] is None


@pytest.mark.parametrize(
    "value",
    [
        None, False, True, 0, -1, 2**63 - 1, -(2**63), 0.1, 1e-7, 1.7976931348623157e308, "", " ",
        "text", [], {}, [[]], [None], {"a": {"b": [1, "2", None]}}, {"": 0}, '\t\n\\"/', "\x01",
        {"b": 1, "a": 2, "ä": 3}, "💩", ["x"] * 1000, 123456789.123456789, "true", "null",
        json.loads("[" * 31 + "]" * 31),
    ],
    ids=lambda value: repr(value)[:20],
)  # fmt: skip
def test_any_json(editor: Client, key: str, value: object) -> None:
    """Comes back as it went in, type included."""
    assert editor.put(f"/state/{key}", json={"value": value}).status_code == 200
    found = editor.get(f"/state/{key}").json()["value"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("good", ["a", "0", "a_b-c.d", "-", "...", "x" * 64])
def test_good_key(editor: Client, good: str) -> None:
    """1 to 64 of a-z, 0-9, `_`, `.` and `-`."""
    path = f"/state/{good}".replace("/...", "/%2e%2e%2e")
    answer = editor.put(path, json={"value": 1})
    assert answer.status_code == 200
    assert answer.json()["key"] == good


@pytest.mark.parametrize(
    "bad", ["A", "x" * 65, "a%20b", "ä", "a%0a", "a%00", "a:b", "a%25", "a*", "%f0%9f%9a%80", "a@b"]
)
def test_bad_key(editor: Client, anonymous: Client, bad: str) -> None:
    """Refused the same way for reading, writing and listening."""
    answers = {
        anonymous.get(f"/state/{bad}").status_code,
        editor.put(f"/state/{bad}", json={"value": 1}).status_code,
        anonymous.get(f"/state/{bad}/events").status_code,
    }
    assert len(answers) == 1
    assert answers <= {404, 422}


# Optimistic concurrency ---------------------------------------------------------


def test_if_match(editor: Client, key: str) -> None:
    """The current version lets the change through, any other gives 412 and changes nothing."""
    path = f"/state/{key}"
    editor.put(path, json={"value": "a"})
    answer = editor.put(path, json={"value": "b"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    for version in ('"1"', '"3"', '"0"', '"99999999999999999999"'):
        answer = editor.put(path, json={"value": "c"}, headers={"If-Match": version})
        assert answer.status_code == 412, version
    assert editor.get(path).json()["value"] == "b"


def test_if_match_on_nothing(editor: Client, key: str) -> None:
    """What was never set matches no version."""
    answer = editor.put(f"/state/{key}", json={"value": 1}, headers={"If-Match": '"1"'})
    assert answer.status_code == 412
    assert editor.get(f"/state/{key}").status_code == 404


@pytest.mark.parametrize(
    "condition", ["1", "x", '"x"', '"', '""', '"1', 'W/"1"', '"1" "2"', '"-2"']
)
def test_if_match_that_is_none(editor: Client, key: str, condition: str) -> None:
    """A condition that nobody can read is not passed over: the change is not made."""
    path = f"/state/{key}"
    editor.put(path, json={"value": "a"})
    answer = editor.put(path, json={"value": "b"}, headers={"If-Match": condition})
    assert answer.status_code in {400, 412, 422}
    assert editor.get(path).json()["value"] == "a"


def test_no_version_twice(editor: Client, key: str) -> None:
    """Writers at once each get a version of their own, without a gap."""

    def put(number: int) -> int:
        answer = editor.put(f"/state/{key}", json={"value": number})
        assert answer.status_code == 200, answer.text
        version: int = answer.json()["version"]
        return version

    with ThreadPoolExecutor(8) as pool:
        versions = sorted(pool.map(put, range(24)))
    assert versions == list(range(1, 25))


def test_no_lost_updates(editor: Client, key: str) -> None:
    """Readers that write back what they read plus one, each trying until it is let through."""
    path = f"/state/{key}"
    editor.put(path, json={"value": 0})

    def add_one(_: int) -> None:
        for _attempt in range(200):
            entry = editor.get(path).json()
            answer = editor.put(
                path,
                json={"value": entry["value"] + 1},
                headers={"If-Match": f'"{entry["version"]}"'},
            )
            if answer.status_code == 200:
                return
            assert answer.status_code == 412, answer.text
        message = "never let through"
        raise AssertionError(message)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_one, range(24)))
    entry = editor.get(path).json()
    assert (entry["value"], entry["version"]) == (24, 25)


def test_one_of_many_with_the_same_condition(editor: Client, key: str) -> None:
    """Exactly one change is made on a version, whoever else tries."""
    path = f"/state/{key}"
    editor.put(path, json={"value": "a"})

    def put(number: int) -> int:
        return editor.put(path, json={"value": number}, headers={"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(put, range(8))) == [200] + [412] * 7


def test_etag_agrees(editor: Client, key: str) -> None:
    """Where an ETag is sent, it is what If-Match takes."""
    answer = editor.put(f"/state/{key}", json={"value": 1})
    assert re.fullmatch(r'"1"', answer.headers.get("etag", '"1"'))
