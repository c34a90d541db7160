"""Bring in a newer version of the template, or other answers, and lose nothing.

    python -m tools.update {update|switch|finish|check} [--answers "-d question=answer"] [--yes]

It runs on the Python that has Copier: `make update`, `switch`, `update-finish` and `update-check`
call it so. `check` ends with 0 when there is no newer version, 2 when there is one and 1 when it
could not tell. The others end with 0 when nothing is left to do, and 1 otherwise.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from .origin import address_of, read_answers
from .report import changed_answers, left, preview
from .repository import RefusalError, git, rejects, require_clean
from .trial import Trial, attempt

NEXT = "Nothing is left to merge. Read the changes, run make setup and make check, and commit."
UNDO = "`git restore . && git clean -df` takes everything back."


class SentenceParser(argparse.ArgumentParser):
    """An argument parser whose errors are refusals instead of a usage text."""

    def error(self, message: str) -> NoReturn:
        """Raise `RefusalError`."""
        raise RefusalError(message)


def parse_answers(text: str) -> dict[str, str]:
    """Return the answers of `-d question=answer ...`."""
    parser = SentenceParser(prog="ANSWERS", allow_abbrev=False)
    parser.add_argument("-d", "--data", action="append", default=[])
    try:
        words = shlex.split(text)
    except ValueError as error:
        message = f"ANSWERS cannot be read ({error}): {text}"
        raise RefusalError(message) from error
    pairs = [pair.partition("=") for pair in parser.parse_args(words).data]
    for key, equals, _ in pairs:
        if not equals:
            message = f"ANSWERS has {key!r} where `-d question=answer` is expected"
            raise RefusalError(message)
    return {key: value for key, _, value in pairs}


def update(project: Path, data: dict[str, str], *, stay: bool, yes: bool) -> int:
    """Try the update out, show it, and write it when that is wanted."""
    if stay and not data:
        message = "say which answers: make switch ANSWERS='-d cache=redis'"
        raise RefusalError(message)
    require_clean(project)
    if rejects(project):
        return finish(project)
    ask = sys.stdin.isatty() and not yes
    with tempfile.TemporaryDirectory(prefix="update.") as space:
        trial = attempt(project, Path(space), data, stay=stay, ask=ask)
        if not trial.changes:
            print(f"Nothing changes: this is {trial.old['_commit']} with these answers already.")
            return 0
        print("\n".join(preview(trial)))
        _require_consent(trial, data, ask=ask, yes=yes)
        require_clean(project)
        trial.deliver(project)
    print(f"\nWritten, and not committed. {UNDO}")
    return finish(project)


def _require_consent(trial: Trial, data: dict[str, str], *, ask: bool, yes: bool) -> None:
    """Raise `RefusalError` unless the owner wants what was shown."""
    fallen = sorted(changed_answers(trial).keys() - data.keys())
    if fallen and not ask:
        options = " ".join(f"-d {key}=..." for key in fallen)
        message = (
            f"the template takes the recorded answer to {', '.join(fallen)} no more, and nothing "
            f"was written: choose one with ANSWERS='{options}'"
        )
        raise RefusalError(message)
    if yes:
        return
    if not ask:
        message = "nothing was written: there is no terminal to ask on; YES=1 says yes"
        raise RefusalError(message)
    if input("\nWrite this? [y/N] ").strip().lower() not in {"y", "yes"}:
        message = "nothing was written"
        raise RefusalError(message)


def finish(project: Path) -> int:
    """Say what is left to do by hand."""
    lines = left(project)
    if not lines:
        print(NEXT)
        return 0
    print("Left to do:", *lines, "Then run make update-finish.", sep="\n", file=sys.stderr)
    return 1


def check(project: Path) -> int:
    """Say in one line whether there is a newer version."""
    address = address_of(read_answers(project))
    command = [sys.executable, "-m", "copier", "check-update", "--output-format", "json"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    try:
        said = json.loads(result.stdout)
    except ValueError:
        reason = (result.stderr.strip().splitlines() or ["it said nothing"])[-1].rstrip(".")
        message = f"the versions of {address} cannot be compared ({reason})"
        raise RefusalError(message) from None
    if said["update_available"]:
        print(f"newer: {said['latest_version']} (here: {said['current_version']})")
        return 2
    print(f"up to date: {said['current_version']}")
    return 0


def main(arguments: Sequence[str], project: Path) -> int:
    """Do what the command line asks, and return the exit status."""
    try:
        parser = SentenceParser(prog="update", allow_abbrev=False)
        parser.add_argument("command", choices=["update", "switch", "finish", "check"])
        parser.add_argument("--answers", default="")
        parser.add_argument("--yes", action="store_true")
        options = parser.parse_args(arguments)
        git(project, "rev-parse", "--verify", "HEAD")
        if options.command == "finish":
            return finish(project)
        if options.command == "check":
            return check(project)
        data = parse_answers(options.answers)
        return update(project, data, stay=options.command == "switch", yes=options.yes)
    except KeyboardInterrupt:
        print("\nStopped; `git status` shows whether anything is written.", file=sys.stderr)
        return 1
    except (RefusalError, OSError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
