"""Section 5: the event stream of a key."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from .client import Client
from .events import Event

pytestmark = pytest.mark.contract("5")

_keys = itertools.count(1)


@pytest.fixture
def key(editor: Client) -> str:
    """A key that no other test uses, at version 1 with the value 1."""
    name = f"events.{next(_keys)}"
    assert editor.put(f"/state/{name}", json={"value": 1}).status_code == 200
    return name


def put(editor: Client, key: str, value: object) -> None:
    """Change the value."""
    assert editor.put(f"/state/{key}", json={"value": value}).status_code == 200


def seen(event: Event) -> tuple[str | None, int, object]:
    """Return what matters of an event: id, version, value."""
    return event.id, event.entry["version"], event.entry["value"]


def test_current_entry_first(anonymous: Client, key: str) -> None:
    """As the single answer shows it, the version as id."""
    with anonymous.events(key) as stream:
        assert stream.response.status_code == 200
        assert stream.response.headers["content-type"].partition(";")[0] == "text/event-stream"
        assert "no-" in stream.response.headers.get("cache-control", "")
        event = stream.next()
    assert event.id == "1"
    assert event.entry == anonymous.get(f"/state/{key}").json()


def test_each_change(anonymous: Client, editor: Client, key: str) -> None:
    """In order, none left out."""
    with anonymous.events(key) as stream:
        stream.next()
        for value in (2, 3, 4, 5):
            put(editor, key, value)
        events = [seen(stream.next()) for _ in range(4)]
    assert events == [("2", 2, 2), ("3", 3, 3), ("4", 4, 4), ("5", 5, 5)]


def test_another_key_is_not_heard(anonymous: Client, editor: Client, key: str) -> None:
    """Only changes of the key arrive."""
    with anonymous.events(key) as stream:
        stream.next()
        put(editor, f"{key}.other", "x")
        put(editor, key, 2)
        assert seen(stream.next()) == ("2", 2, 2)


def test_changes_at_once(anonymous: Client, editor: Client, key: str) -> None:
    """Versions only go up, and the last one arrives."""
    with anonymous.events(key) as stream:
        stream.next()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda value: put(editor, key, value), range(12)))
        versions = [int(event.id or 0) for event in stream.until(13)]
    assert versions == sorted(set(versions))


def test_last_event_id_of_now(anonymous: Client, editor: Client, key: str) -> None:
    """Who has seen the current version gets only what comes after."""
    with anonymous.events(key, last_event_id="1") as stream:
        assert stream.response.status_code == 200
        put(editor, key, 2)
        assert seen(stream.next()) == ("2", 2, 2)


def test_last_event_id_of_before(anonymous: Client, editor: Client, key: str) -> None:
    """Who missed something gets the current entry at once."""
    put(editor, key, 2)
    with anonymous.events(key, last_event_id="1") as stream:
        assert seen(stream.next()) == ("2", 2, 2)


@pytest.mark.parametrize("last", ["", "abc", "-1", "9" * 40, "1.0", "\u0661", "0"])
def test_last_event_id_that_is_none(anonymous: Client, key: str, last: str) -> None:
    """What no version was ever called is passed over."""
    headers = {b"Last-Event-ID": last.encode(), b"Accept": b"text/event-stream"}
    with anonymous.http.stream("GET", f"/state/{key}/events", headers=headers) as response:
        assert response.status_code == 200
        assert (
            next(line for line in response.iter_lines() if line.startswith("id:"))[3:].strip()
            == "1"
        )


def test_key_that_was_never_set(anonymous: Client, editor: Client, key: str) -> None:
    """Listening before the first change is no error: the first change arrives."""
    with anonymous.events(f"{key}.new") as stream:
        assert stream.response.status_code == 200
        put(editor, f"{key}.new", "first")
        assert seen(stream.next()) == ("1", 1, "first")


def test_many_listeners_do_not_starve_others(anonymous: Client, editor: Client, key: str) -> None:
    """Thirty open streams; other requests are still answered, and every stream hears the change."""
    with ExitStack() as streams:
        opened = [streams.enter_context(anonymous.events(key)) for _ in range(30)]
        assert anonymous.get("/health/live").status_code == 200
        put(editor, key, 2)
        assert {seen(stream.until(2)[-1]) for stream in opened} == {("2", 2, 2)}


def test_listeners_that_hang_up_are_forgotten(anonymous: Client, editor: Client, key: str) -> None:
    """Others still hear, and the service goes on."""
    for _ in range(5):
        with anonymous.events(key) as stream:
            stream.next()
    with anonymous.events(key) as stream:
        stream.next()
        put(editor, key, 2)
        assert seen(stream.next()) == ("2", 2, 2)


def test_line_breaks_in_a_value(anonymous: Client, editor: Client, key: str) -> None:
    """A value cannot end its event or begin another."""
    value = "a\n\ndata: forged\r\nid: 99\r\n\r\n\u2028"
    with anonymous.events(key) as stream:
        stream.next()
        put(editor, key, value)
        assert seen(stream.next()) == ("2", 2, value)
