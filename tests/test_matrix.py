"""The matrix: what has passed is kept, what has not is run again, and the table says which."""

from pathlib import Path

import pytest

from tests import matrix
from tests.checkout import Checkout
from tests.matrix import Result, run_all, table
from tests.questionnaire import Answers, label

ROWS: list[Answers] = [
    {"framework": "fastapi", "cache": "memory"},
    {"framework": "fastapi", "cache": "redis"},
]


def result(row: Answers, tree: str, *, held: bool = True) -> Result:
    return Result(label(row), tree, True, "10", "99.5", held, "20", 1.4)  # noqa: FBT003


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, checkout: Checkout) -> list[str]:
    """The stacks that were really run, instead of running them; the second one never holds."""
    done: list[str] = []

    def examine(_checkout: Checkout, tree: str, _target: Path, row: Answers) -> Result:
        done.append(label(row))
        return result(row, tree, held=row["cache"] != "redis")

    monkeypatch.setattr(matrix, "examine", examine)
    monkeypatch.setattr(matrix, "RECORD", tmp_path / "results.jsonl")
    monkeypatch.setattr(Checkout, "of_working_tree", lambda _path: checkout)
    return done


def test_what_passed_is_kept_and_what_failed_is_run_again(examined: list[str]) -> None:
    first = {one.stack: one.passed for one in run_all(ROWS, jobs=2)}
    assert first == {"fastapi-memory": True, "fastapi-redis": False}
    assert sorted(examined) == ["fastapi-memory", "fastapi-redis"]

    again = {one.stack: one.passed for one in run_all(ROWS, jobs=2)}
    assert again == first
    assert sorted(examined) == ["fastapi-memory", "fastapi-redis", "fastapi-redis"]


def test_what_passed_with_another_template_is_run_again(
    examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    list(run_all(ROWS[:1], jobs=1))
    monkeypatch.setattr(matrix, "DECISIVE", ("copier.yml", "hooks"))  # stands for a change in one
    list(run_all(ROWS[:1], jobs=1))

    assert examined == ["fastapi-memory", "fastapi-memory"]


def test_the_table_says_what_failed() -> None:
    lines = table([result(ROWS[0], "a"), result(ROWS[1], "a", held=False)]).splitlines()

    assert lines[2:] == [
        "| fastapi-memory | passed | 10 | 99.5 | passed | 20 | 1 |",
        "| fastapi-redis | passed | 10 | 99.5 | FAILED | 20 | 1 |",
    ]
