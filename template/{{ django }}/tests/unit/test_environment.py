from pathlib import Path

import pytest

from config.environment import HOST_NAME, ORIGIN, Environment


@pytest.fixture
def env() -> Environment:
    return Environment()


def refusal(env: Environment) -> str:
    """What the process ends with."""
    with pytest.raises(SystemExit) as caught:
        env.check()
    return str(caught.value)


def test_nothing_wrong_is_no_reason_to_stop(env: Environment) -> None:
    assert env.text("NOT_SET", "default") == "default"
    env.check()


def test_an_empty_variable_counts_as_not_set(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X", " ")
    assert env.whole("X", 3) == 3


def test_all_that_is_wrong_is_told_at_once(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A", "no")
    monkeypatch.setenv("B", "secret")
    assert env.whole("A", 1) == 1
    assert env.seconds("B", 2.5) == 2.5
    said = refusal(env)
    assert "A must be" in said
    assert "B must be" in said
    assert "secret" not in said


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "9" * 30, "101"])
def test_whole_numbers_are_bounded(
    env: Environment, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("X", value)
    assert env.whole("X", 7, most=100) == 7
    assert "from 1 to 100" in refusal(env)


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon"])
def test_times_are_greater_than_zero(
    env: Environment, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("X", value)
    assert env.seconds("X", 7) == 7
    assert "seconds" in refusal(env)


def test_a_choice_is_one_of_the_choices(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "a")
    assert env.one_of("X", "b", ["a", "b"]) == "a"
    monkeypatch.setenv("X", "c")
    assert env.one_of("X", "b", ["a", "b"]) == "b"
    assert "a or b" in refusal(env)


def test_lists_have_commas(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "a.example, *.b.example,")
    assert env.names("X", HOST_NAME, "example") == ["a.example", "*.b.example"]


@pytest.mark.parametrize("origin", ["https://a.example/path", "https://*.example", "http://a:b"])
def test_origins_have_host_and_port(
    env: Environment, monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    monkeypatch.setenv("X", f"http://localhost:3000,https://[::1],{origin}")
    assert env.names("X", ORIGIN, "https://a.example") == []
    assert "such as https://a.example" in refusal(env)


@pytest.mark.parametrize(
    ("value", "reason"),
    [("x", "JSON object"), ("[1]", "JSON object"), ('{"a": 1}', "JSON"), ('{"b": true}', ": b")],
)
def test_switches_are_an_object_of_known_booleans(
    env: Environment, monkeypatch: pytest.MonkeyPatch, value: str, reason: str
) -> None:
    monkeypatch.setenv("X", value)
    assert env.switches("X", ["a"]) == {}
    assert reason in refusal(env)


def test_known_switches_are_taken(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", '{"a": false}')
    assert env.switches("X", ["a"]) == {"a": False}


def test_web_addresses(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "http://a.example/base")
    assert env.web_address("X") == "http://a.example/base"


@pytest.mark.parametrize(
    "address", ["not an address", "http://a:b", "http://a:65536", "http://[::1"]
)
def test_what_is_no_web_address_is_refused(
    env: Environment, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("X", address)
    assert env.web_address("X") == ""
    assert "https://" in refusal(env)


@pytest.mark.parametrize("address", ["cache://host:port", "cache://host:65536", "cache://[::1"])
def test_the_server_of_a_cache_can_be_asked(
    env: Environment, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("X", address)
    assert (
        env.cache("X", "cache://host", pattern="cache://.+", form="cache://host:1")
        == "cache://host"
    )
    assert "X must look like cache://host:1" in refusal(env)


def test_addresses_of_another_kind_are_refused(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X", "oracle://user:hunter2@host/name")
    form = "sqlite:///file.db"
    database = env.database("X", "sqlite:///default.db", scheme="sqlite", form=form, beside={})
    assert database["NAME"] == "default.db"
    assert env.cache("X", "memory://", pattern="memory://", form="memory://") == "memory://"
    assert "hunter2" not in refusal(env)


@pytest.mark.parametrize(
    "address", ["pgsql://host", "pgsql://host/", "pgsql://user:hunter2@host:port/name"]
)
def test_an_address_has_its_parts(
    env: Environment, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("X", address)
    env.database("X", "pgsql://host/name", scheme="pgsql", form="pgsql://host/db", beside={})
    said = refusal(env)
    assert "X must look like pgsql://host/db" in said
    assert "hunter2" not in said


def test_a_database_in_memory_is_refused(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "sqlite://:memory:")
    env.database("X", "sqlite:///a.db", scheme="sqlite", form="sqlite:///file.db", beside={})
    assert "X must look like sqlite:///file.db" in refusal(env)


def test_what_the_address_of_a_database_says_wins(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X", "pgsql://host/name?sslmode=verify-full&connect_timeout=1")
    beside = {"CONN_HEALTH_CHECKS": True, "OPTIONS": {"connect_timeout": 5, "pool": True}}
    database = env.database("X", "", scheme="pgsql", form="", beside=beside)
    assert database["NAME"] == "name"
    assert database["CONN_HEALTH_CHECKS"]
    assert database["OPTIONS"] == {"sslmode": "verify-full", "connect_timeout": 1, "pool": True}


def test_a_file_adds_what_the_process_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("FROM_FILE=a\nFROM_BOTH=b\n", encoding="utf-8")
    monkeypatch.setenv("FROM_BOTH", "c")
    monkeypatch.setenv("FROM_FILE", "")
    monkeypatch.delenv("FROM_FILE")
    env = Environment(file)
    assert (env.text("FROM_FILE"), env.text("FROM_BOTH")) == ("a", "c")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe")
    assert ".env cannot be read" in refusal(Environment(file))
