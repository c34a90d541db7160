"""The files that a few named sets of answers make are those in tests/golden."""

from pathlib import Path

import pytest

from tests.golden import FOLDER, NAMED, file_list


@pytest.mark.parametrize("name", NAMED)
def test_the_files_are_those_of_the_golden_list(name: str, fast: Path, tmp_path: Path) -> None:
    golden = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")

    assert file_list(fast, tmp_path / "svc", NAMED[name]) == golden, "if meant: make golden"


def test_every_list_has_its_answers() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(NAMED)
