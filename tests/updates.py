"""Update edited services of earlier states, and keep the numbers: `make updates`.

A line a service stays in `docs/evidence/updates.jsonl`; the table in `docs/update.md` and the
sentence in the README are made of them.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.history import History
from tests.questionnaire import TEMPLATE, choices, label
from tests.rendering import fast_copier

RECORD = TEMPLATE / "docs" / "evidence" / "updates.jsonl"
PAGE = TEMPLATE / "docs" / "update.md"
README = TEMPLATE / "README.md"
SECTION = re.compile(r"^## In numbers\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SENTENCE = re.compile(r"On \S+, \d+ services .*? lost\.", re.DOTALL)
INTRODUCTION = """\
## In numbers

`make updates`, in the template, makes services of its earlier states, each with other answers. It
edits them as owners do: lines put in, changed and taken out in every pattern, in the example and
in the furniture; files added, deleted and renamed, and one added where a later version has its own.
Then it updates them, and looks for every line and file. On {date}:

| framework | since | updates | edits | in place | in `.rej` files | `.rej` files | lost |
|---|---|---:|---:|---:|---:|---:|---:|
"""


@dataclass(frozen=True)
class Numbers:
    """What became of one service."""

    framework: str
    answers: str
    commit: str
    since: str
    date: str
    edits: int
    in_place: int
    shown: int
    rejects: int
    lost: int


def measure(history: History, framework: str, folder: Path) -> Iterator[tuple[Numbers, list[str]]]:
    """Update services of one framework; yield the numbers of each, and what is wrong there."""
    today = datetime.now(UTC).date().isoformat()
    for turn, state in enumerate(history.states_of(framework)):
        answers = state.answers(framework, turn)
        outcome = history.start(folder / f"{framework}-{turn}", state, answers).update()
        ledger = outcome.files.ledger()
        numbers = Numbers(
            framework=framework,
            answers=label(answers),
            commit=state.commit,
            since=state.date,
            date=today,
            edits=ledger.edits,
            in_place=ledger.in_place,
            shown=ledger.shown,
            rejects=len(outcome.files.rejects),
            lost=len(ledger.lost),
        )
        yield numbers, [f"{state.commit[:10]}: {line}" for line in (*ledger.lost, *outcome.wrong())]


def record() -> list[Numbers]:
    """Return the numbers that were kept."""
    lines = RECORD.read_text(encoding="utf-8").splitlines()
    return [Numbers(**json.loads(line)) for line in lines]


def section(rows: Sequence[Numbers]) -> str:
    """Return the part of the page that shows the numbers."""
    lines = [
        _row(name, [row for row in rows if row.framework == name])
        for name in dict.fromkeys(row.framework for row in rows)
    ]
    introduction = INTRODUCTION.format(date=max(row.date for row in rows))
    return introduction + "\n".join([*lines, _row("all", rows)]) + "\n\n"


def _row(name: str, rows: Sequence[Numbers]) -> str:
    since = min(row.since for row in rows)
    cells = (name, since, len(rows), *_sums(rows))
    return f"| {' | '.join(map(str, cells))} |"


def _sums(rows: Sequence[Numbers]) -> list[int]:
    counts = [(row.edits, row.in_place, row.shown, row.rejects, row.lost) for row in rows]
    return [sum(column) for column in zip(*counts, strict=True)]


def sentence(rows: Sequence[Numbers]) -> str:
    """Return the numbers for the README."""
    edits, in_place, shown, rejects, lost = _sums(rows)
    return (
        f"On {max(row.date for row in rows)}, {len(rows)} services of earlier states, with {edits} "
        f"edits, were updated: {in_place} edits\nwere in place then, {shown} shown in {rejects} "
        f"`.rej` files, and {lost} lost."
    )


def keep(rows: Sequence[Numbers]) -> None:
    """Write the record, and what is made of it."""
    RECORD.write_text("".join(f"{json.dumps(asdict(row))}\n" for row in rows), encoding="utf-8")
    for file, place, text in ((PAGE, SECTION, section(rows)), (README, SENTENCE, sentence(rows))):
        before = file.read_text(encoding="utf-8")
        old = place.findall(before)
        assert len(old) == 1, f"{file} has {len(old)} places for the numbers"
        file.write_text(before.replace(old[0], text), encoding="utf-8")


def main() -> int:
    """Update the services of every framework, and return 1 when something is wrong."""
    rows, failures = [], []
    with TemporaryDirectory(prefix="updates-") as folder, fast_copier(clones=True):
        history = History.of_main(Path(folder) / "template")
        for framework in choices("framework", built=True):
            for numbers, wrong in measure(history, str(framework), Path(folder)):
                print(numbers, file=sys.stderr, flush=True)
                rows.append(numbers)
                failures += wrong
    keep(rows)
    print(section(rows), *failures, sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
