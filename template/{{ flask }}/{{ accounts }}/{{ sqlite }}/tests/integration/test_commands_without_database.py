from pathlib import Path

import pytest

from tests.fixtures.app import MakeApp


@pytest.mark.parametrize(
    ("file", "reason"),
    [("new.db", "no such table: users"), ("missing/file.db", "unable to open database file")],
)
def test_a_database_that_is_not_there_is_named_in_one_line(
    make_app: MakeApp, tmp_path: Path, file: str, reason: str
) -> None:
    url = f"sqlite+pysqlite:///{tmp_path}/{file}"
    app = make_app(database_url=url)
    result = app.test_cli_runner().invoke(args=["create-user", "alice"], input="correct horse")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == f"Not done: {reason}.\n"
