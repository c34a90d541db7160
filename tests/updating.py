"""Copies of the template's releases, and their updates, by Copier alone."""

from pathlib import Path

from copier import VcsRef, run_copy, run_update

from tests.checkout import IDENTITY, Checkout, run
from tests.questionnaire import Answers

# Never updated once they exist, so a switch leaves what the owner has: copier.yml, _skip_if_exists.
OWNED = ("migrations/versions/0001_initial.py", "migrations/0001_initial.py")


def scaffold(checkout: Checkout, target: Path, answers: Answers | None = None) -> Path:
    """Copy the newest release, and commit the result, as an owner does."""
    run_copy(str(checkout.path), target, data=answers or {}, defaults=True, quiet=True)
    commit(target, "Start", "init")
    return target


def commit(project: Path, message: str, *before: str) -> None:
    """Commit everything, in a repository that is made when `before` is given."""
    for command in (*(["init", "--quiet"] if before else [],), ["add", "--all"]):
        if command:
            assert run(project, "git", *command).returncode == 0
    result = run(project, "git", *IDENTITY, "commit", "--quiet", "--message", message)
    assert result.returncode == 0, result.stdout


def update(project: Path, answers: Answers | None = None, *, keep_version: bool = False) -> None:
    """Bring the newest release, or none with `keep_version`, with other answers."""
    run_update(
        project,
        data=answers or {},
        vcs_ref=VcsRef.CURRENT if keep_version else None,
        defaults=True,
        overwrite=True,
        quiet=True,
        conflict="rej",
    )
