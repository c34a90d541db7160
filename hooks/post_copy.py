"""Turn freshly rendered files into a repository: git, lock file, first commit, next steps.

`make new` runs it; Copier never does, so that copying needs no trust. By hand, and again after a
failure: `python3 hooks/post_copy.py ../my-service`. Each step that is done already is passed over.
Standard library only.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NEXT_STEPS = """\
Next steps:
  cd {where}
  make run      serve on http://127.0.0.1:8000
  make check    format, lint, types and tests
  make help     everything else
"""
TOOLS = Path(__file__).resolve().parent.parent / ".tools" / "bin"
IDENTITY = ["-c", "user.name=Armature", "-c", "user.email=armature@localhost"]


class SetupError(Exception):
    """A step could not be done; the message is one sentence that says what to do."""


def run(where: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in `where`, away from the repository and environment that called us."""
    foreign = {
        "VIRTUAL_ENV",
        "UV_PROJECT_ENVIRONMENT",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
    }
    environment = {key: value for key, value in os.environ.items() if key not in foreign}
    return subprocess.run(
        command, cwd=where, env=environment, capture_output=True, text=True, check=False
    )


def first_line(text: str) -> str:
    """Return the first line that says something, without the word that it is an error."""
    return spoken_lines(text)[0].removeprefix("error: ")


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return spoken_lines(text)[-1]


def spoken_lines(text: str) -> list[str]:
    """Return the lines that say something, one that says so when there is none."""
    lines = [line.strip().rstrip(".") for line in text.splitlines() if line.strip()]
    return lines or ["it said nothing"]


def require_git() -> None:
    """Raise `SetupError` when there is no git."""
    if shutil.which("git") is None:
        message = "git is not on the PATH: install git, then run the same command again"
        raise SetupError(message)


def find_uv() -> str:
    """Return uv: what `UV` names, or the PATH, or the template's own tools."""
    candidates = (os.environ.get("UV"), "uv", str(TOOLS / "uv"))
    for candidate in candidates:
        found = shutil.which(candidate) if candidate else None
        if found:
            return str(Path(found).absolute())
    message = "uv is not on the PATH: install uv, then run `make setup` in the service"
    raise SetupError(message)


def make_lock(where: Path) -> None:
    """Write `uv.lock`, unless it is there."""
    if (where / "uv.lock").exists():
        return
    uv = find_uv()
    result = run(where, uv, "lock", "--quiet")
    if result.returncode != 0:
        reason, remedy = last_line(result.stderr), "once the package index can be reached"
        python = run(where, uv, "python", "find", "--no-python-downloads")
        if python.returncode != 0:  # uv may have failed to fetch one from where there is none
            reason, remedy = first_line(python.stderr), "once there is a Python that it can use"
        message = (
            f"the service is complete, but its lock file could not be made "
            f"({reason}): {remedy}, run `python3 {Path(__file__).resolve()} {where}`"
        )
        raise SetupError(message)


def make_repository(where: Path) -> bool:
    """Make a git repository; return False when `where` lies in somebody's repository already."""
    top = run(where, "git", "rev-parse", "--show-toplevel")
    if top.returncode == 0:
        return Path(top.stdout.strip()).resolve() == where.resolve()
    result = run(where, "git", "init", "--quiet", "--initial-branch=main")
    if result.returncode != 0:
        message = f"git could not make a repository in {where} ({last_line(result.stderr)})"
        raise SetupError(message)
    return True


def make_commit(where: Path) -> None:
    """Commit everything, unless there is a commit already.

    Where git knows no name for its user, Armature signs this one commit and says so.
    """
    if run(where, "git", "rev-parse", "--verify", "HEAD").returncode == 0:
        return
    known = run(where, "git", "var", "GIT_AUTHOR_IDENT").returncode == 0
    identity = [] if known else IDENTITY
    steps = (
        ["git", "add", "--all"],
        ["git", *identity, "commit", "--quiet", "--no-verify", "--message=Start from Armature"],
    )
    for step in steps:
        result = run(where, *step)
        if result.returncode != 0:
            message = f"the first commit could not be made ({last_line(result.stderr)})"
            raise SetupError(message)
    if not known:
        print("git knows no user.name and user.email here: the first commit is Armature's.")


def finish(where: Path) -> None:
    """Do every step that is not done yet, then print what to do next.

    Raises `SetupError`; whatever was made until then stays, and a second call goes on from there.
    """
    require_git()
    if not (where / "pyproject.toml").is_file():
        message = f"{where} holds no generated service: it has no pyproject.toml"
        raise SetupError(message)
    own = make_repository(where)
    make_lock(where)
    if own:
        make_commit(where)
    else:
        print(f"{where} lies in a git repository already: committing it is left to you.")
    print(NEXT_STEPS.format(where=where), end="")


def main(arguments: Sequence[str]) -> int:
    """Finish the service named on the command line, and return the exit status."""
    if len(arguments) != 1:
        print("Usage: python3 hooks/post_copy.py ../my-service", file=sys.stderr)
        return 2
    try:
        finish(Path(arguments[0]))
    except (SetupError, OSError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
