"""What an update says before and after it writes."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .edits import Change
from .repository import rejects, unresolved
from .trial import Trial

ROW = re.compile(r"^\| \[([^\]]+)\]\(([^)]+)\) \|(.*)$", re.MULTILINE)
REST = "furniture"
FIRST_MIGRATION = "0001_initial.py"


class Patterns:
    """Which pattern a file belongs to, as PATTERNS.md says."""

    def __init__(self, *tables: str) -> None:
        self._word: dict[str, str] = {}
        self._words: list[str] = []
        for word, page, rest in (row for table in tables for row in ROW.findall(table)):
            self._words.append(word)
            for path in (page, *re.findall(r"`([\w./-]+)`", rest)):
                self._word.setdefault(path, word)

    def word(self, path: str) -> str:
        """Return the pattern of a row that names the path, else one that its name begins with."""
        if path in self._word:
            return self._word[path]
        parts = re.split(r"[/_.]", path)
        return next((part for part in parts if part in self._words), REST)


def changed_answers(trial: Trial) -> Mapping[str, tuple[Any, Any]]:
    """Return the answers that were recorded, and are others now."""
    return {
        key: (trial.old[key], trial.new[key])
        for key in trial.old.keys() & trial.new.keys()
        if not key.startswith("_") and trial.old[key] != trial.new[key]
    }


def preview(trial: Trial) -> Iterator[str]:
    """Say what will change, and which of it the owner edited."""
    old, new = trial.old["_commit"], trial.new["_commit"]
    yield f"Template: {old if old == new else f'{old} -> {new}'} ({trial.origin.address})"
    notes = trial.origin.notes(old, new) if old != new else ""
    if notes:
        yield "\nIts notes:"
        yield from (f"  {line}".rstrip() for line in notes.splitlines())
    yield from _answers(trial)
    yield "\nWhat changes here (* is a file that you edited):"
    by_word = defaultdict(list)
    patterns = Patterns(*map(_table, (trial.versions.ours, trial.versions.updated)))
    for change in trial.changes:
        by_word[patterns.word(change.path)].append(change)
    for word in sorted(by_word, key=lambda word: (word == REST, word)):
        yield f"  {word}"
        yield from map(_line, by_word[word])
    if trial.news:
        yield "\nChanged in the template, not here (deleted or renamed by you, or never updated):"
        yield from (f"    {path}" for path in trial.news)
    if any(path.endswith(FIRST_MIGRATION) for path in trial.news):
        yield (
            "\nThe first migration is yours and stays. What the tables lack then,"
            " `make migration NAME=after_update` writes."
        )


def _answers(trial: Trial) -> Iterator[str]:
    lines = [
        f"  {key}: {old} -> {new}" for key, (old, new) in sorted(changed_answers(trial).items())
    ]
    lines += [
        f"  {key}: {trial.new[key]} (a new question)" for key in trial.new if key not in trial.old
    ]
    lines += [
        f"  {key}: {trial.old[key]} (asked no more)" for key in trial.old if key not in trial.new
    ]
    if lines:
        yield "\nAnswers:"
        yield from lines


def _line(change: Change) -> str:
    fate = f"; your edit goes to {change.path}.rej" if change.rejected else ""
    return f"    {'*' if change.edited else ' '} {change.kind:8}{change.path}{fate}"


def _table(project: Path) -> str:
    file = project / "PATTERNS.md"
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def left(project: Path, removed: Iterable[str] = ()) -> list[str]:
    """Say what is left to do by hand, a line for each file; empty when nothing is."""
    gone = set(removed)
    lines = []
    for reject in rejects(project):
        path = reject.removesuffix(".rej")
        if path in gone or not (project / path).exists():
            todo = f"your edit of {path}, which the template has no more: find it another place"
        else:
            todo = f"your edit that found no place in {path}: put it in by hand"
        lines.append(f"  {reject}: {todo}, then delete this file")
    lines += [f"  {path}: choose between the conflict markers" for path in unresolved(project)]
    return lines
