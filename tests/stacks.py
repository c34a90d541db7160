"""Stacks made for real: scaffolded by `make new`, installed from scratch, checked by themselves."""

import shlex
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.checkout import Checkout, run_into
from tests.covering import pairwise
from tests.questionnaire import (
    EXTRAS,
    STACK,
    TEMPLATE,
    Answer,
    Answers,
    choices,
    combinations,
    label,
)

LOGS = TEMPLATE / ".matrix" / "logs"
# Ten times what a check takes where nothing else runs.
CHECK_LIMIT = 900
QUIET = {
    # A terminal's width and colours would differ between machines, and the logs are read as text.
    "NO_COLOR": "1",
    "COLUMNS": "100",
}
# A test that hangs ends its worker, and nobody would know where: this tells it before.
OPTIONS = "-o faulthandler_timeout=100"
# Measuring is half of what the tests of a service take.
UNMEASURED = "--no-cov -W ignore::pytest_cov.CovDisabledWarning"


@dataclass(frozen=True)
class Outcome:
    """What happened to one stack, and how long its parts took in seconds."""

    name: str
    passed: bool
    scaffolding: float
    checking: float
    log: Path
    reproduce: str
    said: str


def covering_set() -> list[Answers]:
    """Return stacks in which every two answers to two of the seven questions meet."""
    return pairwise({name: choices(name, built=True) for name in (*STACK, *EXTRAS)})


def every_stack(framework: str = "", shard: str = "1/1") -> list[Answers]:
    """Return every stack, or those of one framework, or one shard: `2/4` is the second of four.

    Raises `ValueError` for a framework or a shard that does not exist.
    """
    if framework and framework not in choices("framework", built=True):
        message = f"FRAMEWORK={framework} is not one of {choices('framework', built=True)}"
        raise ValueError(message)
    number, _, count = (shard or "1/1").partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        message = f"SHARD={shard} is not a shard: write SHARD=1/4 for the first of four"
        raise ValueError(message)
    rows = [row for row in combinations(STACK, built=True) if framework in {"", row["framework"]}]
    return rows[int(number) - 1 :: int(count)]


def each_framework() -> list[Any]:
    """Return the frameworks to try at length: the first always, the others in `make switches`."""
    first, *others = choices("framework", built=True)
    return [pytest.param(first), *(pytest.param(n, marks=pytest.mark.exhaustive) for n in others)]


def runnable(rows: Iterable[Answers]) -> Iterator[Answers]:
    """Yield the stacks whose servers are here; test_servers.py fails when a required one is not."""
    found = {server.answer: server.answers() for server in servers.SERVERS}
    for row in rows:
        if all(found[server.answer] for server in servers.needed(row)):
            yield row


def as_options(answers: Answers) -> str:
    """Return the answers as `make new` takes them."""
    words: dict[Answer, str] = {True: "yes", False: "no"}
    pairs = (f"{name}={words.get(answer, str(answer))}" for name, answer in answers.items())
    return " ".join(f"-d {shlex.quote(pair)}" for pair in pairs)


def scaffold(checkout: Checkout, target: Path, answers: Answers) -> str:
    """Make a service as a person does, and return what was said; raise `RuntimeError` if not."""
    result = checkout.make("new", DEST=str(target), DEFAULTS="1", ANSWERS=as_options(answers))
    said = result.stdout + result.stderr
    if result.returncode != 0:
        raise RuntimeError(said)
    return said


def shared_caches(target: Path, answers: Answers) -> dict[str, str]:
    """Return the settings by which services made one after the other at one place save time.

    What Python and mypy make of a package is the same for each of them, as long as its path is: a
    service is not compiled and analysed whole again. Both look at times and sizes of the files.
    What Django's plugin added of the service's own modules mypy does not forget with them.
    """
    modules = "-".join(str(answers[name]) for name in ("framework", "auth", "example"))
    return {
        "PYTHONPYCACHEPREFIX": str(target.parent / "bytecode"),
        "MYPY_CACHE_DIR": str(target.parent / f"mypy-{modules}"),
    }


def check(
    checkout: Checkout,
    target: Path,
    answers: Answers,
    *,
    coverage: bool = True,
    limit: float = CHECK_LIMIT,
) -> Outcome:
    """Scaffold a stack into `target`, run its `make check`, and keep the log.

    Without `coverage` none is measured, and none asked for. A check that has not ended after
    `limit` seconds has failed.
    """
    name = label(answers)
    settings = servers.environment(answers)
    shown = "".join(f"{variable}={shlex.quote(value)} " for variable, value in settings.items())
    reproduce = (
        f"make new DEST={target} DEFAULTS=1 ANSWERS={shlex.quote(as_options(answers))} && "
        f"{shown}make -C {target} check"
    )
    log = LOGS / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    try:
        said = scaffold(checkout, target, answers)
    except RuntimeError as error:
        log.write_text(f"$ {reproduce}\n{error}", encoding="utf-8")
        took = time.monotonic() - start
        return Outcome(
            name,
            passed=False,
            scaffolding=took,
            checking=0,
            log=log,
            reproduce=reproduce,
            said=str(error),
        )
    scaffolded = time.monotonic()
    log.write_text(f"$ {reproduce}\n{said}", encoding="utf-8")
    command = ("make", "--no-print-directory", "check")
    options = OPTIONS if coverage else f"{OPTIONS} {UNMEASURED}"
    environment = QUIET | settings | shared_caches(target, answers) | {"PYTEST_ADDOPTS": options}
    status = run_into(log, target, *command, environment=environment, limit=limit)
    checked = time.monotonic()
    said = log.read_text(encoding="utf-8", errors="replace")
    return Outcome(
        name,
        passed=status == 0,
        scaffolding=scaffolded - start,
        checking=checked - scaffolded,
        log=log,
        reproduce=reproduce,
        said=said,
    )
