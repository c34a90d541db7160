"""Services of earlier states of the template, edited in every way, and updated: no edit is lost."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import updates
from tests.checkout import Checkout, run
from tests.history import History
from tests.ledger import Update
from tests.owner import Work
from tests.questionnaire import choices
from tests.rendering import fast_copier
from tests.stacks import each_framework
from tests.updates import PAGE, README, measure, record, section, sentence

FRAMEWORKS = choices("framework", built=True)
KINDS = {"pattern", "example", "migration", "furniture", "new", "deleted", "renamed"}

# How a service that has no update commands is updated: docs/update.md.
ALONE = "PYTHONPATH={tools} uv tool run --from 'copier>=9.19,<10' python -P -m tools.update update"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """Return the template's history, and make Copier fast while the tests of it run."""
    with fast_copier(clones=True):
        yield History.of_main(tmp_path_factory.mktemp("history") / "template")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_no_edit_of_a_service_of_an_earlier_state_is_lost(
    history: History, tmp_path: Path, framework: str
) -> None:
    measured = list(measure(history, framework, tmp_path))

    assert measured, f"no earlier state of main made {framework} services"
    assert [line for _, wrong in measured for line in wrong] == []
    for numbers, _ in measured:
        assert numbers.lost == 0
        assert numbers.edits == numbers.in_place + numbers.shown
        assert numbers.edits > 500, "every pattern was edited"
    in_place, shown = (sum(getattr(n, name) for n, _ in measured) for name in ("in_place", "shown"))
    assert in_place > shown > 0, "some edits meet a change, and most do not"


def test_every_kind_of_edit_is_done(history: History, tmp_path: Path) -> None:
    state = history.states_of("fastapi")[-1]
    service = history.start(tmp_path / "svc", state, state.answers("fastapi", 0))
    work = Work(service.project)
    work.do({"docs/later.md"})

    assert work.done.keys() == KINDS
    assert all(not (service.project / path).exists() for path in work.done["deleted"])
    assert {"docs/switches.md", "tests/unit/test_cleaning.py"} == set(work.done["renamed"])
    assert "docs/later.md" in work.done["new"]


def test_one_file_of_the_owner_s_meets_one_that_a_later_version_adds(
    history: History, tmp_path: Path
) -> None:
    state = history.states_of("fastapi")[0]
    service = history.start(tmp_path / "svc", state, state.answers("fastapi", 0))

    assert set(service.edit().done["new"]) & service.fresh.keys()


def test_a_clone_without_history_fails_and_says_so(checkout: Checkout, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="there is no earlier state of the template in this"):
        History.of_main(tmp_path / "one", checkout.path)
    source = f"file://{checkout.path}"
    run(tmp_path, "git", "clone", "--quiet", "--depth=1", source, "shallow")
    with pytest.raises(AssertionError, match="run `git fetch --unshallow`"):
        History.of_main(tmp_path / "two", tmp_path / "shallow")


@pytest.mark.generated
@pytest.mark.parametrize("framework", each_framework())
def test_the_service_s_own_tests_pass_after_the_update(
    history: History, tmp_path: Path, framework: str
) -> None:
    state = history.states_of(framework)[0]
    service = history.start(tmp_path / "svc", state, state.answers(framework, 0))
    work = service.edit()
    project = service.project
    if (project / "tools" / "update.py").exists():
        updated = run(project, "make", "update", "YES=1")
    else:
        alone = ALONE.format(tools=history.checkout.path / "template")
        updated = run(project, "env", *shlex.split(alone), "--yes")
    assert "Written, and not committed." in updated.stdout, updated.stderr
    work.settle()

    for target in ("update-finish", "setup", "migration", "test"):
        done = run(project, "make", target, "NAME=after_update")
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    python = project / ".venv" / "bin" / "python"
    tests = [path for path in (*work.done["new"], *work.done["renamed"]) if "test_" in path]
    ours = run(project, str(python), "-m", "pytest", "--quiet", *tests)
    assert ours.returncode == 0, ours.stdout
    assert "tests/unit/test_ours.py" in tests


def test_the_page_tells_how_to_update_a_service_without_the_commands() -> None:
    assert f"$ {ALONE.format(tools='../armature/template')}\n" in PAGE.read_text(encoding="utf-8")


BEFORE = {"a.py": b"one\ntwo\nthree\n", "gone.py": b"x\n"}
OURS = {"a.py": b"one\nours\nthree\n", "new.py": b"new\n"}
AFTER = {"a.py": b"one\nours\nthree\nfour\n", "new.py": b"new\n"}
FRESH = {"a.py": b"one\ntwo\nthree\nfour\n"}


@pytest.mark.parametrize(
    ("updated", "said", "lost"),
    [
        (AFTER, "", []),
        (AFTER | {"a.py": FRESH["a.py"]}, "", ["a.py: +ours", "a.py: -two"]),
        (AFTER | {"a.py": FRESH["a.py"], "a.py.rej": b"@@\n-two\n+ours\n"}, "", []),
        (AFTER | {"a.py": b"one\ntwo\nours\nthree\nfour\n"}, "", ["a.py: -two"]),
        ({"a.py": AFTER["a.py"]}, "", ["new.py: +new"]),
        (AFTER | {"gone.py": b"x\n"}, "", ["gone.py was deleted, and is there again"]),
        (AFTER | {"gone.py": b"x\n"}, "      added   gone.py\n", []),
    ],
    ids=["merged", "lost", "shown", "taken back", "file lost", "file back", "file back and told"],
)
def test_the_ledger_finds_what_is_lost(
    updated: dict[str, bytes], said: str, lost: list[str]
) -> None:
    ledger = Update(BEFORE, OURS, updated, FRESH, said).ledger()

    assert ledger.lost == lost
    assert ledger.edits == 4


def test_the_ledger_finds_files_that_nobody_edited_and_that_are_not_fresh() -> None:
    update = Update(BEFORE | {"b.py": b"b\n"}, OURS | {"b.py": b"b\n"}, AFTER, FRESH, "")
    assert update.strange() == []
    assert Update(**vars(update) | {"updated": AFTER | {"b.py": b"b\n"}}).strange() == ["b.py"]


def test_the_pages_show_the_numbers_that_were_kept() -> None:
    rows = record()

    assert section(rows) in PAGE.read_text(encoding="utf-8")
    assert sentence(rows) in README.read_text(encoding="utf-8")
    assert sum(row.lost for row in rows) == 0


def test_numbers_find_their_places_in_the_pages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = record()[:1]
    for name in ("PAGE", "README", "RECORD"):
        copy = tmp_path / name
        copy.write_bytes(getattr(updates, name).read_bytes())
        monkeypatch.setattr(updates, name, copy)
    updates.keep(rows)

    assert record() == rows
    assert section(rows) in updates.PAGE.read_text(encoding="utf-8")
    assert sentence(rows) in updates.README.read_text(encoding="utf-8")
