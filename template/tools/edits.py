"""What the owner of the repository edited, and whether an update still has it."""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Change:
    """What an update does to one file."""

    path: str
    kind: Literal["added", "changed", "removed"]
    edited: bool
    rejected: bool


@dataclass(frozen=True)
class Versions:
    """Folders of the same service.

    As the template made it, as it is, updated, and as the template would make it now.
    """

    theirs: Path
    ours: Path
    updated: Path
    fresh: Path

    def change(self, path: str) -> Change:
        """Say what the update does to a file that differs."""
        ours = _read(self.ours / path)
        kind: Literal["added", "changed", "removed"] = "changed"
        if ours is None:
            kind = "added"
        elif not (self.updated / path).exists():
            kind = "removed"
        edited = ours is not None and ours != _read(self.theirs / path)
        return Change(path, kind, edited, self._reject(path).exists())

    def news(self) -> tuple[str, ...]:
        """Return the files whose change in the template does not arrive.

        They are those that the owner deleted or renamed, and those that are never updated.
        """
        files = (file for file in self.fresh.rglob("*") if file.is_file())
        paths = sorted(file.relative_to(self.fresh).as_posix() for file in files)
        return tuple(path for path in paths if self._is_news(path))

    def _is_news(self, path: str) -> bool:
        theirs, ours, updated, fresh = (
            _read(folder / path) for folder in (self.theirs, self.ours, self.updated, self.fresh)
        )
        if theirs is None or fresh is None or updated != ours:
            return False
        return _lost(theirs, fresh, updated)

    def keep(self, path: str) -> None:
        """Undo what Copier does to an owner's work without need or without a word.

        It drops edits of binary files, and of files that are tracked although git ignores them:
        they are put beside the file. What it never updates it makes anew when it was deleted:
        that stays deleted. And it rejects edits that are in the file already.
        """
        theirs, ours, updated = (
            _read(folder / path) for folder in (self.theirs, self.ours, self.updated)
        )
        if ours is None and theirs is not None:
            (self.updated / path).unlink(missing_ok=True)
        if ours is not None and ours == updated:  # the template does now what the edit did
            self._reject(path).unlink(missing_ok=True)
        if ours is None or self._reject(path).exists() or not _lost(theirs, ours, updated):
            return
        (self.updated / path).parent.mkdir(parents=True, exist_ok=True)
        if updated is not None and updated == theirs:
            (self.updated / path).write_bytes(ours)  # no news from the template: the edit stays
        elif _is_binary(ours):
            self._reject(path).write_bytes(ours)
        else:
            self._reject(path).write_text(_patch(path, theirs or b"", ours), encoding="utf-8")

    def _reject(self, path: str) -> Path:
        return self.updated / f"{path}.rej"


def _read(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _lost(before: bytes | None, edited: bytes, after: bytes | None) -> bool:
    """Whether something that an edit put in, or took out, is so no more."""
    if edited in (before, after):
        return False
    if after is None or _is_binary(edited) or _is_binary(after):
        return True
    old, new, now = (set((text or b"").splitlines()) for text in (before, edited, after))
    return not new - old <= now or bool((old - new) & now)


def _is_binary(content: bytes) -> bool:
    try:
        return "\0" in content.decode()
    except UnicodeDecodeError:
        return True


def _patch(path: str, old: bytes, new: bytes) -> str:
    before, after = (text.decode(errors="replace").splitlines(keepends=True) for text in (old, new))
    return "".join(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"))
