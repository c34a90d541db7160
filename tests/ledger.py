"""What became of an owner's work in an update, told from the files alone.

It is counted apart from the update commands, which look for the same in their own way: `tools/`
asks of each file what it may have lost; here each line is asked where it is.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

Files = Mapping[str, bytes]


@dataclass
class Ledger:
    """The edits of an owner: lines put in and taken out, and files taken out, one edit each."""

    in_place: int = 0
    shown: int = 0
    lost: list[str] = field(default_factory=list)

    @property
    def edits(self) -> int:
        """How many there were."""
        return self.in_place + self.shown + len(self.lost)


@dataclass(frozen=True)
class Update:
    """The files of a project around an update, and what the update said."""

    theirs: Files  # as the old version of the template made them
    ours: Files  # as the owner edited them
    updated: Files
    fresh: Files  # as the new version makes them
    said: str

    def ledger(self) -> Ledger:
        """Count what became of each edit."""
        ledger = Ledger()
        for path in sorted(self.theirs.keys() | self.ours.keys()):
            if self.theirs.get(path) == self.ours.get(path):
                continue
            if path in self.ours:
                self._lines(ledger, path)
            elif path not in self.updated:
                ledger.in_place += 1
            elif f" added   {path}\n" in self.said:
                ledger.shown += 1
            else:
                ledger.lost.append(f"{path} was deleted, and is there again")
        return ledger

    def _lines(self, ledger: Ledger, path: str) -> None:
        before, here, after, new = (
            _lines_of(files.get(path, b""))
            for files in (self.theirs, self.ours, self.updated, self.fresh)
        )
        rejected = self.updated.get(f"{path}.rej", b"").decode().splitlines()
        for sign, lines in (("+", here - before), ("-", before - here)):
            beside = Counter(line[1:] for line in rejected if line.startswith(sign))
            for line, edited in lines.items():
                if sign == "+":
                    kept = after[line] - new[line]
                else:
                    kept = new[line] - after[line] if new[line] else edited
                kept = min(edited, max(0, kept))
                shown = min(edited - kept, beside[line])
                ledger.in_place += kept
                ledger.shown += shown
                ledger.lost += [f"{path}: {sign}{line}"] * (edited - kept - shown)

    def strange(self) -> list[str]:
        """Return the files that the owner did not touch, and that are not as a fresh copy's."""
        return [
            path
            for path in sorted(self.updated.keys() | self.fresh.keys())
            if self.theirs.get(path) == self.ours.get(path)
            and not path.endswith(".rej")
            and self.updated.get(path) != self.fresh.get(path)
        ]

    @property
    def rejects(self) -> list[str]:
        """The files of edits that found no place."""
        return [path for path in self.updated if path.endswith(".rej")]


def _lines_of(content: bytes) -> Counter[str]:
    return Counter(line for line in content.decode().splitlines() if line.strip())
