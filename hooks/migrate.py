"""Carry a generated service over a change that a three-way merge cannot see.

Copier calls it through a versioned entry of `_migrations` in copier.yml, in the service's folder,
before the new files are merged:

    - version: v2.0.0
      when: "{{ _stage == 'before' }}"
      command: ["{{ _copier_python }}", "{{ _copier_conf.src_path }}/hooks/migrate.py", "v2.0.0"]

A migration demands `--trust` of every update that crosses it, so it is taken only for a rename of
a file that owners edit, or for an answer whose meaning changed. Each function runs once for a
version and must be safe to run twice. Standard library only: it runs on Copier's own Python.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

ANSWERS = ".copier-answers.yml"

Migration = Callable[[Path], None]


class MigrationError(Exception):
    """The service cannot be carried over; the message is one sentence for its owner."""


def rename(project: Path, old: str, new: str) -> None:
    """Move a file with git, staged, so that the merge meets its edits at the new path.

    An owner who deleted the file, or a second run, changes nothing. Raises `MigrationError` when
    both paths exist.
    """
    source, target = project / old, project / new
    if not source.exists():
        return
    if target.exists():
        message = f"{old} was renamed to {new}, and both exist here: merge them by hand first"
        raise MigrationError(message)
    target.parent.mkdir(parents=True, exist_ok=True)
    result = subprocess.run(
        ["git", "mv", "--", old, new], cwd=project, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        message = f"git could not rename {old} to {new}: {result.stderr.strip()}"
        raise MigrationError(message)


def change_answer(project: Path, question: str, changes: Mapping[str, str]) -> None:
    """Replace a recorded answer by its new word; an answer that is not in `changes` stays.

    Without it Copier drops an answer that is no longer a choice, and silently takes the default.
    """
    file = project / ANSWERS
    text = file.read_text(encoding="utf-8")
    line = re.compile(rf"^{re.escape(question)}: *(['\"]?)(.*?)\1 *$", re.MULTILINE)
    match = line.search(text)
    if match and match[2] in changes:
        answer = f"{question}: {changes[match[2]]}"
        file.write_text(text[: match.start()] + answer + text[match.end() :], encoding="utf-8")


# One line for each version that needs work, oldest first: "v2.0.0": to_two_zero.
MIGRATIONS: Mapping[str, Migration] = MappingProxyType({})


def main(
    arguments: Sequence[str], project: Path, migrations: Mapping[str, Migration] = MIGRATIONS
) -> int:
    """Run the migration to the version named on the command line, and return the exit status."""
    if len(arguments) != 1:
        print("Usage: migrate.py VERSION", file=sys.stderr)
        return 2
    version = arguments[0]
    if version not in migrations:
        known = ", ".join(migrations) or "none"
        print(f"Error: there is no migration to {version}; known: {known}.", file=sys.stderr)
        return 1
    if not (project / ANSWERS).is_file():
        print(f"Error: {project} holds no {ANSWERS}, so it is no service.", file=sys.stderr)
        return 1
    try:
        migrations[version](project)
    except (MigrationError, OSError) as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path.cwd()))
