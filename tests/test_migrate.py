"""hooks/migrate.py: carrying an edited service over a rename or a changed answer."""

import subprocess
import sys
from pathlib import Path

import migrate
import pytest

from tests.questionnaire import TEMPLATE

ANSWERS = """\
# Written by Copier.
_commit: v1.0.0
auth: jwt
cache: mem
caches: mem
project_name: 'My: Service'
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a service in git with an answers file and one file that its owner edits."""
    (tmp_path / ".copier-answers.yml").write_text(ANSWERS, encoding="utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "old.py").write_text("edited = True\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "--all"], cwd=tmp_path, check=True)
    return tmp_path


def forbidden(project: Path) -> None:
    pytest.fail(f"a migration ran in {project}")


def staged(project: Path) -> list[str]:
    command = ["git", "ls-files"]
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    return listed.stdout.split()


def test_a_rename_is_staged_and_keeps_the_edits(project: Path) -> None:
    migrate.rename(project, "src/old.py", "src/core/new.py")

    assert staged(project) == [".copier-answers.yml", "src/core/new.py"]
    assert (project / "src/core/new.py").read_text(encoding="utf-8") == "edited = True\n"


def test_a_rename_may_run_twice_and_does_nothing_for_a_deleted_file(project: Path) -> None:
    migrate.rename(project, "src/old.py", "src/new.py")
    migrate.rename(project, "src/old.py", "src/new.py")
    migrate.rename(project, "src/never.py", "src/there.py")

    assert staged(project) == [".copier-answers.yml", "src/new.py"]


def test_a_rename_onto_a_file_of_the_owner_is_refused(project: Path) -> None:
    (project / "src" / "new.py").write_text("mine = True\n", encoding="utf-8")

    with pytest.raises(migrate.MigrationError, match="both exist here"):
        migrate.rename(project, "src/old.py", "src/new.py")
    assert (project / "src" / "old.py").exists()


def test_a_rename_that_git_refuses_says_why(project: Path) -> None:
    (project / "untracked.py").touch()

    with pytest.raises(migrate.MigrationError, match=r"not under version control"):
        migrate.rename(project, "untracked.py", "tracked.py")


def test_a_changed_answer_is_the_only_line_that_changes(project: Path) -> None:
    for _ in range(2):
        migrate.change_answer(project, "cache", {"mem": "memory"})

    text = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert text == ANSWERS.replace("\ncache: mem\n", "\ncache: memory\n")


@pytest.mark.parametrize(
    ("question", "changes"), [("cache", {"redis": "valkey"}), ("framework", {"fastapi": "x"})]
)
def test_an_answer_that_is_not_meant_stays(
    project: Path, question: str, changes: dict[str, str]
) -> None:
    migrate.change_answer(project, question, changes)

    assert (project / ".copier-answers.yml").read_text(encoding="utf-8") == ANSWERS


def test_a_quoted_answer_is_found(project: Path) -> None:
    migrate.change_answer(project, "project_name", {"My: Service": "Shop"})

    text = (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "\nproject_name: Shop\n" in text


def test_the_version_on_the_command_line_chooses_the_function(project: Path) -> None:
    calls: list[Path] = []

    assert migrate.main(["v2.0.0"], project, {"v1.1.0": forbidden, "v2.0.0": calls.append}) == 0
    assert calls == [project]


def test_an_unknown_version_is_an_error_that_names_the_known(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate.main(["v9.0.0"], project, {"v2.0.0": print}) == 1
    said = "Error: there is no migration to v9.0.0; known: v2.0.0.\n"
    assert capsys.readouterr().err == said


def test_a_migration_that_cannot_go_on_ends_in_one_sentence(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: Path) -> None:
        raise migrate.MigrationError("merge them by hand first")  # noqa: EM101, TRY003

    assert migrate.main(["v2.0.0"], project, {"v2.0.0": stop}) == 1
    assert capsys.readouterr().err == "Error: merge them by hand first.\n"


def test_a_folder_that_is_no_service_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate.main(["v2.0.0"], tmp_path, {"v2.0.0": forbidden}) == 1
    assert "holds no .copier-answers.yml" in capsys.readouterr().err


@pytest.mark.parametrize("script", ["migrate.py", "post_copy.py"])
def test_a_hook_runs_on_the_standard_library_alone(script: str, tmp_path: Path) -> None:
    """Copier's own Python, which runs migrations, has none of our packages."""
    command = [sys.executable, "-I", "-S", str(TEMPLATE / "hooks" / script)]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith("Usage: ")
