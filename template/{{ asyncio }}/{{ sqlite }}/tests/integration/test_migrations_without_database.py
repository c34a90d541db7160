from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

ROOT = Path(__file__).parents[2]


def test_a_database_that_cannot_be_opened_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/missing/file.db")
    with pytest.raises(SystemExit) as exit_info:
        command.upgrade(Config(toml_file=ROOT / "pyproject.toml"), "head")
    assert exit_info.value.code == (
        "The database cannot be migrated: unable to open database file."
    )
