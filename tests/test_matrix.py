"""The matrix: what has passed is kept, what has not is run again, and the page says which."""

import dataclasses
import platform
import re
import shutil
import sys
import threading
from importlib.metadata import version
from pathlib import Path

import pytest

from tests import matrix
from tests.checkout import Checkout
from tests.matrix import Key, Result, keep, keys, page, record, run_all
from tests.questionnaire import TEMPLATE, Answers, label
from tests.stacks import Outcome

ROWS: list[Answers] = [
    {"framework": "fastapi", "cache": "memory"},
    {"framework": "fastapi", "cache": "redis"},
]
NOW = {"fastapi-memory": Key("a", "s", "x"), "fastapi-redis": Key("b", "s", "y")}


def result(stack: str, key: Key, *, held: bool = True) -> Result:
    return Result(
        stack=stack,
        rendered=key.rendered,
        suite=key.suite,
        service=key.service,
        date="2026-11-25",
        checked=True,
        tests="10",
        coverage="99.5",
        held=held,
        contract_tests="20",
        seconds=1.0,
        versions={"Python": "3", "redis": "7"},
    )


@pytest.fixture(autouse=True)
def evidence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the results of these tests apart."""
    monkeypatch.setattr(matrix, "EVIDENCE", tmp_path)
    monkeypatch.setattr(matrix, "RECORD", tmp_path / "results.jsonl")
    monkeypatch.setattr(matrix, "TABLE", tmp_path / "README.md")
    monkeypatch.setattr(
        matrix, "README", shutil.copy2(TEMPLATE / "README.md", tmp_path / "front.md")
    )


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks that were really run, instead of running them; the second one never holds."""
    done: list[str] = []

    def examine(
        _checkout: Checkout, key: Key, _target: Path, row: Answers, _before: Result | None
    ) -> Result:
        done.append(label(row))
        return result(label(row), key, held=row["cache"] != "redis")

    monkeypatch.setattr(matrix, "examine", examine)
    return done


def run_and_keep(
    checkout: Checkout, stacks: dict[str, Key], *, only_changed: str = "1"
) -> dict[str, bool]:
    run = run_all(checkout, ROWS, stacks, jobs=2, only_changed=only_changed)
    results = {one.stack: one for one in run}
    keep(stacks, record() | results)
    return {stack: one.passed for stack, one in results.items()}


def test_what_passed_is_kept_and_what_failed_is_run_again(
    examined: list[str], checkout: Checkout
) -> None:
    first = run_and_keep(checkout, NOW)
    assert first == {"fastapi-memory": True, "fastapi-redis": False}
    assert sorted(examined) == ["fastapi-memory", "fastapi-redis"]

    assert run_and_keep(checkout, NOW) == first
    assert sorted(examined) == ["fastapi-memory", "fastapi-redis", "fastapi-redis"]


def test_everything_is_run_unless_only_what_has_changed_is_asked_for(
    examined: list[str], checkout: Checkout
) -> None:
    run_and_keep(checkout, NOW)
    run_and_keep(checkout, NOW, only_changed="")

    assert examined.count("fastapi-memory") == 2


@pytest.mark.parametrize(
    ("changed", "only_changed", "runs"),
    [
        ({"rendered": "c"}, "1", 2),
        ({"suite": "t"}, "1", 1),
        ({"suite": "t"}, "suite", 2),
        ({}, "suite", 1),
    ],
    ids=["render", "suite", "suite that counts", "nothing"],
)
def test_what_renders_otherwise_is_run_again(
    examined: list[str], checkout: Checkout, changed: dict[str, str], only_changed: str, runs: int
) -> None:
    run_and_keep(checkout, NOW)
    key = dataclasses.replace(NOW["fastapi-memory"], **changed)
    run_and_keep(checkout, NOW | {"fastapi-memory": key}, only_changed=only_changed)

    assert examined.count("fastapi-memory") == runs


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        ({"rendered": "with other tests"}, False),
        ({"rendered": "c", "service": "c"}, True),
        ({"rendered": "with other tests", "suite": "t"}, True),
    ],
    ids=["only the tests", "the service", "the suite"],
)
def test_the_contract_is_asked_again_when_the_service_or_the_suite_has_changed(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    checkout: Checkout,
    changed: dict[str, str],
    *,
    asked: bool,
) -> None:
    log = tmp_path / "own.log"
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "Makefile").touch()
    outcome = Outcome(
        "fastapi-memory",
        passed=True,
        scaffolding=1,
        checking=1,
        log=log,
        reproduce="make new",
        said="11 passed",
    )
    held: list[str] = []

    def hold(_checkout: Checkout, _project: Path, row: Answers) -> tuple[bool, str]:
        held.append(label(row))
        return True, "21 passed"

    monkeypatch.setattr(matrix, "LOGS", tmp_path)
    monkeypatch.setattr(matrix, "check", lambda *_arguments: outcome)
    monkeypatch.setattr(matrix, "versions_of", lambda *_arguments: {})
    monkeypatch.setattr(matrix, "again", lambda *_arguments: "again")
    monkeypatch.setattr(matrix, "hold_to_contract", hold)
    before = result("fastapi-memory", NOW["fastapi-memory"])
    key = dataclasses.replace(NOW["fastapi-memory"], **changed)
    now = matrix.examine(checkout, key, tmp_path / "service", ROWS[0], before)

    assert bool(held) is asked
    assert (now.passed, now.tests) == (True, "11")
    assert (now.contract_tests, now.held_on) == (("21", "") if asked else ("20", before.date))
    row = page({"fastapi-memory": key}, {"fastapi-memory": now}).splitlines()[-1]
    assert ("| passed on 2026-11-25 | 20 |" in row) is not asked


@pytest.mark.parametrize(
    ("path", "same_rendering", "same_service"),
    [
        ("tests/unit/test_state.py", False, True),
        ("src/service/tests/data.py", False, False),
        ("src/service/app.py", False, False),
        ("testing.py", False, False),
        ("Makefile", False, False),
        (matrix.ANSWERS_FILE, True, True),
    ],
)
def test_the_contract_suite_sees_all_of_a_service_but_its_own_tests(
    path: str, *, same_rendering: bool, same_service: bool
) -> None:
    files = {"Makefile": b"run:", "src/service/app.py": b"app", path: b"before"}
    before = matrix.key_of(files, "s")
    after = matrix.key_of(files | {path: b"after"}, "s")

    assert (before.rendered == after.rendered) is same_rendering
    assert (before.service == after.service) is same_service


def test_what_broke_the_contract_is_asked_again() -> None:
    broken = result("fastapi-memory", NOW["fastapi-memory"], held=False)

    assert not matrix.still_holds(broken, NOW["fastapi-memory"])
    assert not matrix.still_holds(None, NOW["fastapi-memory"])


def test_a_run_that_is_broken_off_begins_no_other_stack(
    monkeypatch: pytest.MonkeyPatch, checkout: Checkout
) -> None:
    begun: list[str] = []
    go_on = threading.Event()

    def examine(
        _checkout: Checkout, key: Key, _target: Path, row: Answers, _before: Result | None
    ) -> Result:
        begun.append(label(row))
        assert len(begun) == 1 or go_on.wait(20)
        return result(label(row), key)

    monkeypatch.setattr(matrix, "examine", examine)
    rows = [*ROWS, *ROWS]
    runs = run_all(checkout, rows, NOW, jobs=1)
    next(runs)
    threading.Timer(0.5, go_on.set).start()
    runs.close()

    assert len(begun) <= 2


def test_what_has_yet_to_pass_comes_first_and_the_example_before_the_rest() -> None:
    names = ("current", "stale", "failed", "held before", "new")
    rows: list[Answers] = [
        {"cache": name, "example": more} for name in names for more in (False, True)
    ]
    stacks = {label(row): Key("r", "s", "v") for row in rows}
    keys_then = {"stale": Key("q", "s", "v"), "held before": Key("r", "t", "v")}
    results = {
        label(row): result(
            label(row),
            keys_then.get(str(row["cache"]), Key("r", "s", "v")),
            held=row["cache"] != "failed",
        )
        for row in rows
        if row["cache"] != "new"
    }

    order = matrix.neediest_first(rows, stacks, results)

    assert [row["cache"] for row in order] == [*names[1:], *names[1:], "current", "current"]
    assert [bool(row["example"]) for row in order] == [*[True] * 4, *[False] * 4, True, False]


def test_services_are_made_at_as_many_places_as_there_are_jobs(
    monkeypatch: pytest.MonkeyPatch, checkout: Checkout
) -> None:
    targets: list[Path] = []

    def examine(
        _checkout: Checkout, key: Key, target: Path, row: Answers, _before: Result | None
    ) -> Result:
        targets.append(target)
        return result(label(row), key)

    monkeypatch.setattr(matrix, "examine", examine)
    assert len(list(run_all(checkout, [*ROWS, *ROWS], NOW, jobs=1))) == 4

    assert len(set(targets)) == 1


def test_a_change_of_one_stack_leaves_the_results_of_others(checkout: Checkout) -> None:
    rows: list[Answers] = [{"cache": "memory"}, {"cache": "redis"}]
    before = keys(checkout, rows)
    assert keys(checkout, rows) == before
    assert before["memory"].rendered != before["redis"].rendered
    assert before["memory"].service != before["redis"].service
    assert before["memory"].service != before["memory"].rendered
    assert before["memory"].suite == before["redis"].suite


def test_the_page_says_what_failed_what_is_old_and_what_was_not_run() -> None:
    now = {name: Key(name, "s", name) for name in ("fine", "failed", "before", "suite", "missing")}
    text = page(
        now,
        {
            "fine": result("fine", now["fine"]),
            "failed": result("failed", now["failed"], held=False),
            "before": result("before", Key("otherwise", "s", "otherwise")),
            "suite": result("suite", Key("suite", "t", "suite")),
        },
    )

    summary = "2 of 5 stacks have passed as they render now, 1 of them by the contract suite as it"
    assert f"\n{summary} stands.\n" in text
    end = "| 20 | 1 | Python 3, redis 7 |"
    assert text.splitlines()[-5:] == [
        f"| fine | 2026-11-25 | passed | 10 | 99.5 | passed {end}",
        f"| failed | 2026-11-25 | passed | 10 | 99.5 | FAILED {end}",
        f"| before | 2026-11-25, of an earlier template | passed | 10 | 99.5 | passed {end}",
        f"| suite | 2026-11-25 | passed | 10 | 99.5 | passed, an earlier suite {end}",
        "| missing | no result | | | | | | | |",
    ]


def test_a_failure_is_told_with_its_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(matrix, "LOGS", tmp_path)
    (tmp_path / "one.log").write_text("$ make it\n" + "line\n" * 50 + "E  broken\n")
    (tmp_path / "one.contract.log").write_text("$ hold it\nfine\n")
    (tmp_path / "one-more.log").write_text("$ other\n")

    told = matrix.ends_of_logs("one").splitlines()
    assert told[1:3] == ["$ hold it", "fine"]
    assert told[4] == "$ make it"
    assert told[-1] == "E  broken"
    assert len(told) == 45
    row: Answers = {"framework": "flask", "database": "mysql", "cache": "redis", "auth": "none"}
    command = matrix.again("make new DEST=x && make -C x check", tmp_path, row | {"example": False})
    assert command == (
        f"make new DEST=x && make -C {tmp_path} setup && uv run pytest tests/contract "
        f"--stack=flask-mysql-redis-none-bare --project={tmp_path}"
    )


def test_a_result_from_before_versions_were_kept_has_none() -> None:
    keep(NOW, {"fastapi-memory": result("fastapi-memory", NOW["fastapi-memory"])})
    kept = matrix.RECORD.read_text(encoding="utf-8")
    dropped = re.sub(r', "versions": {[^}]*}', "", kept)
    assert dropped != kept
    matrix.RECORD.write_text(dropped, encoding="utf-8")
    keep(NOW, record())

    assert "| passed | 20 | 1 |  |\n" in matrix.TABLE.read_text(encoding="utf-8")


def test_the_versions_are_those_that_a_project_has() -> None:
    project = Path(sys.prefix).parent

    assert matrix.versions_of(project, {"framework": "copier", "cache": "memory"}) == {
        "Python": platform.python_version(),
        "copier": version("copier"),
    }
    assert matrix.versions_of(project, {"framework": "nothing"})["nothing"] == "not installed"


def test_the_readme_shows_the_number() -> None:
    keep(NOW, {})
    assert "\n  0 of 2 stacks have passed.\n" in matrix.README.read_text(encoding="utf-8")

    keep(NOW, {"fastapi-memory": result("fastapi-memory", Key("earlier", "s", "earlier"))})
    text = matrix.README.read_text(encoding="utf-8")
    said = (
        "1 of 2 stacks have passed, the last on 2026-11-25; 0 as they render now, 0 of them by the"
    )
    assert f"\n  {said} contract suite as it stands.\n" in text

    keep(NOW, {"fastapi-memory": result("fastapi-memory", NOW["fastapi-memory"])})
    text = matrix.README.read_text(encoding="utf-8")
    assert f"\n  {said.replace('0 ', '1 ')} contract suite as it stands.\n" in text


def test_results_of_stacks_that_are_no_more_are_dropped() -> None:
    keep(NOW, {"rails-memory": result("rails-memory", Key("r", "s", "r"))})

    assert record() == {}
