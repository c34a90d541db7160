"""Make every stack, check it and hold it to the contract; keep the results: `make matrix`.

The results are evidence that is committed: one line a stack in `docs/evidence/results.jsonl`, and
a page made of it. With `CHANGED=1` what has passed is not run again while the stack renders the
same, so a run that was broken off goes on where it stopped; nor is the contract asked again of a
service of which only its own tests have changed.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
import time
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from tests import servers
from tests.checkout import Checkout, run
from tests.contract.stacks import Stack
from tests.questionnaire import STACK, TEMPLATE, Answers, label
from tests.rendering import fast_copier, files_of, render, snapshot
from tests.stacks import LOGS, QUIET, check, every_stack, runnable, shared_caches

EVIDENCE = TEMPLATE / "docs" / "evidence"
RECORD = EVIDENCE / "results.jsonl"
TABLE = EVIDENCE / "README.md"
# Its sentence about the evidence is kept true.
README = TEMPLATE / "README.md"
# Names the commit of the template, which says nothing about the stack.
ANSWERS_FILE = ".copier-answers.yml"
# The contract suite sees a service from outside; its own tests are no part of what it sees.
OWN_TESTS = "tests/"
HEAD = """\
# Evidence: every stack, made and run

Each stack was scaffolded by `make new` and installed; then its own `make check` ran (format, lint,
types, tests) on real servers, and the contract suite against its running service. `make matrix`
writes this page and [results.jsonl](results.jsonl). It says of a stack that rendered differently
then that its result is of an earlier template, and of one that was held to another state of the
contract suite that it was an earlier suite. Where only a service's own tests have changed since it
was held to the contract, that result is kept, with its date.

"""
SENTENCE = re.compile(r"\d+ of \d+ stacks have passed[^.]*\.")
PYTHON_VERSION = "import platform; print(platform.python_version())"
PACKAGE_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
PASSED = re.compile(r"(\d+) passed")
COVERAGE = re.compile(r"Total coverage: ([\d.]+)%")


@dataclass(frozen=True)
class Key:
    """What a result is of: a stack as it rendered, and the contract suite as it stood.

    `service` is the part of what is rendered that the contract suite can see.
    """

    rendered: str
    suite: str
    service: str


@dataclass(frozen=True)
class Result:
    """What became of one stack; times are in seconds, dates in UTC."""

    stack: str
    rendered: str
    suite: str
    date: str
    checked: bool
    tests: str
    coverage: str
    held: bool
    contract_tests: str
    seconds: float
    # By name: Python, the framework and the servers. Results from before they were kept have none.
    versions: dict[str, str] = field(default_factory=dict)
    service: str = ""
    # When the contract was asked, if that was on another day than the service's own check.
    held_on: str = ""

    @property
    def passed(self) -> bool:
        """Whether the service passed its own check and the contract."""
        return self.checked and self.held


def table(stacks: Mapping[str, Key], results: Mapping[str, Result]) -> str:
    """Return a table in Markdown of the results of the stacks, or that they have none."""
    lines = [
        "| stack | date | own check | tests | coverage, % | contract | tests | s | versions |",
        "|---|---|---|---:|---:|---|---:|---:|---|",
    ]
    for stack, key in stacks.items():
        result = results.get(stack)
        if result is None:
            lines.append(f"| {stack} | no result | | | | | | | |")
        else:
            lines.append(_row(result, key))
    return "\n".join(lines) + "\n"


def _row(result: Result, now: Key) -> str:
    date = result.date
    if result.rendered != now.rendered:
        date += ", of an earlier template"
    words = {True: "passed", False: "FAILED"}
    held = words[result.held]
    if result.held_on:
        held += f" on {result.held_on}"
    if result.suite != now.suite:
        held += ", an earlier suite"
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return (
        f"| {result.stack} | {date} | {words[result.checked]} | {result.tests} "
        f"| {result.coverage} | {held} | {result.contract_tests} | {result.seconds:.0f} "
        f"| {versions} |"
    )


def front(stacks: Mapping[str, Key], results: Mapping[str, Result]) -> str:
    """Say for the README how many stacks have passed: as they rendered on their dates, and now."""
    dates = [results[stack].date for stack in stacks if stack in results and results[stack].passed]
    now = _green(stacks, results)
    suite = _green(stacks, results, by_suite=True)
    held = f", {suite} of them by the contract suite as it stands"
    last = f", the last on {max(dates)}; {now} as they render now{held}" if dates else ""
    return f"{len(dates)} of {len(stacks)} stacks have passed{last}."


def _green(
    stacks: Mapping[str, Key], results: Mapping[str, Result], *, by_suite: bool = False
) -> int:
    return sum(
        is_current(results.get(stack), key, by_suite=by_suite) for stack, key in stacks.items()
    )


def page(stacks: Mapping[str, Key], results: Mapping[str, Result]) -> str:
    """Return the page of evidence."""
    summary = (
        f"{_green(stacks, results)} of {len(stacks)} stacks have passed as they render now, "
        f"{_green(stacks, results, by_suite=True)} of them by the contract suite as it stands.\n\n"
    )
    return HEAD + summary + table(stacks, results)


def record() -> dict[str, Result]:
    """Return the results that were kept, by stack."""
    if not RECORD.exists():
        return {}
    lines = RECORD.read_text(encoding="utf-8").splitlines()
    results = [Result(**json.loads(line)) for line in lines]
    return {result.stack: result for result in results}


def keep(stacks: Mapping[str, Key], results: Mapping[str, Result]) -> None:
    """Write the evidence: the results of the stacks that there are, and the page."""
    EVIDENCE.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(results[stack])) for stack in stacks if stack in results]
    RECORD.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    TABLE.write_text(page(stacks, results), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    README.write_text(SENTENCE.sub(front(stacks, results), text), encoding="utf-8")


def keys(checkout: Checkout, rows: Iterable[Answers]) -> dict[str, Key]:
    """Return what the result of each stack depends on, by stack."""
    suite = _digest(files_of(checkout.path / "tests" / "contract"))
    found = {}
    with TemporaryDirectory(prefix="renders-") as folder, fast_copier():
        template = snapshot(Path(folder) / "template")
        for row in rows:
            files = files_of(render(template, Path(folder) / label(row), row))
            found[label(row)] = key_of(files, suite)
    return found


def key_of(files: Mapping[str, bytes], suite: str) -> Key:
    """Return the key of a stack that renders as these files, by path."""
    rendered = {path: content for path, content in files.items() if path != ANSWERS_FILE}
    service = {
        path: content for path, content in rendered.items() if not path.startswith(OWN_TESTS)
    }
    return Key(_digest(rendered), suite, _digest(service))


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in files.items():
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def still_holds(result: Result | None, key: Key) -> bool:
    """Tell whether the contract would be asked the same of the same service as for a result."""
    return (
        result is not None
        and result.held
        and (result.suite, result.service) == (key.suite, key.service)
    )


def neediest_first(
    rows: Iterable[Answers], stacks: Mapping[str, Key], results: Mapping[str, Result]
) -> list[Answers]:
    """Return the rows in the order to run them in, as a run may be broken off.

    First those without a result that says they pass as they stand now, and of these the ones with
    the example: they hold most, and so find most.
    """

    def needs(row: Answers) -> tuple[bool, bool]:
        standing = is_current(results.get(label(row)), stacks[label(row)], by_suite=True)
        return standing, not row["example"]

    return sorted(rows, key=needs)


def is_current(result: Result | None, key: Key, *, by_suite: bool) -> bool:
    """Tell whether a stack passed as it renders now; `by_suite`: held to the suite as it stands."""
    return (
        result is not None
        and result.passed
        and result.rendered == key.rendered
        and (not by_suite or result.suite == key.suite)
    )


def examine(
    checkout: Checkout, key: Key, target: Path, answers: Answers, before: Result | None = None
) -> Result:
    """Make the stack in ``target``, run its own check and the contract, and remove it.

    The contract is not asked where a result from ``before`` still holds.
    """
    start = time.monotonic()
    own = check(checkout, target, answers)
    today = datetime.now(UTC).date().isoformat()
    held, said, held_on = False, "not run: the service was not made\n", ""
    versions: dict[str, str] = {}
    if (target / "Makefile").exists():
        versions = versions_of(target, answers)
        if before is not None and still_holds(before, key):
            held, held_on = True, before.held_on or before.date
            said = f"not run again: {before.contract_tests} passed on {held_on}\n"
        else:
            held, said = hold_to_contract(checkout, target, answers)
    log = f"$ {again(own.reproduce, target, answers)}\n{said}"
    (LOGS / f"{own.name}.contract.log").write_text(log, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    return Result(
        stack=own.name,
        rendered=key.rendered,
        suite=key.suite,
        service=key.service,
        held_on=held_on if held_on != today else "",
        date=today,
        checked=own.passed,
        tests=_last(PASSED, own.said),
        coverage=_last(COVERAGE, own.said),
        held=held,
        contract_tests=_last(PASSED, said),
        seconds=round(time.monotonic() - start),
        versions=versions,
    )


def again(make_it: str, target: Path, answers: Answers) -> str:
    """Return the command that makes the stack, sets it up, and holds it to the contract."""
    held = f"uv run pytest tests/contract --stack={stack_of(answers).name} --project={target}"
    return f"{make_it.partition(' && ')[0]} && make -C {target} setup && {held}"


def ends_of_logs(stack: str, lines: int = 40) -> str:
    """Return how the logs of a stack end, for who sees no more of the machine than its output."""
    ends = []
    for log in sorted(LOGS.glob(f"{stack}.*")):
        command, *rest = log.read_text(encoding="utf-8", errors="replace").splitlines()
        ends += [f"--- {log}", command, *rest[-lines:]]
    return "\n".join(ends)


def stack_of(answers: Answers) -> Stack:
    """Return the stack by the name that the contract suite has for it."""
    framework, database, cache, auth, example = (answers[name] for name in STACK)
    return Stack(str(framework), str(database), str(cache), str(auth), bool(example))


def versions_of(project: Path, answers: Answers) -> dict[str, str]:
    """Return the versions that a project was run with: Python, the framework and its servers."""
    framework = str(answers["framework"])
    python = str(project / ".venv" / "bin" / "python")
    found = {}
    for name, code in (("Python", PYTHON_VERSION), (framework, PACKAGE_VERSION)):
        said = run(project, python, "-c", code, name)
        found[name] = said.stdout.strip() if said.returncode == 0 else "not installed"
    return found | {server.answer: server.version() for server in servers.needed(answers)}


def hold_to_contract(checkout: Checkout, project: Path, answers: Answers) -> tuple[bool, str]:
    """Run the contract suite against a project that is set up; return whether it passed."""
    # In one process: each one more would start all the services of the suite again.
    name = stack_of(answers).name
    options = ["tests/contract", f"--stack={name}", f"--project={project}", "--quiet"]
    environment = QUIET | shared_caches(project, answers)
    result = run(checkout.path, sys.executable, "-m", "pytest", *options, environment=environment)
    return result.returncode == 0, result.stdout + result.stderr


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    return found[-1] if found else ""


def run_all(
    checkout: Checkout,
    rows: Iterable[Answers],
    stacks: Mapping[str, Key],
    jobs: int,
    *,
    only_changed: str = "",
) -> Generator[Result]:
    """Yield the results of the stacks as they come in, several being made at a time.

    With `only_changed` what has passed as it renders now is not run again; when it is "suite", what
    was held to another state of the contract suite is. Where only the tests of a service have
    changed, its own check alone is run.
    """
    known = record() if only_changed else {}
    # One after the other at the same place, services share what the tools keep.
    places: SimpleQueue[Path] = SimpleQueue()

    def run_one(row: Answers) -> Result:
        place = places.get()
        try:
            name = label(row)
            return examine(checkout, stacks[name], place / "service", row, known.get(name))
        finally:
            places.put(place)

    with TemporaryDirectory(prefix="matrix-") as folder:
        for number in range(jobs):
            place = Path(folder) / str(number)
            place.mkdir()
            places.put(place)
        pool = ThreadPoolExecutor(jobs)
        try:
            waiting = []
            for row in rows:
                result, key = known.get(label(row)), stacks[label(row)]
                if result and is_current(result, key, by_suite=only_changed == "suite"):
                    yield result
                else:
                    waiting.append(pool.submit(run_one, row))
            for done in as_completed(waiting):
                yield done.result()
        finally:
            # A run that is broken off begins no other stack.
            pool.shutdown(cancel_futures=True)


def main() -> int:
    """Run the stacks that are asked for, and return 1 when one fails or none can be run."""
    parser = argparse.ArgumentParser(prog="make matrix")
    parser.add_argument("--framework", default="")
    parser.add_argument("--shard", default="")
    parser.add_argument("--jobs", type=int, default=1, help="stacks at a time")
    parser.add_argument(
        "--changed",
        default="",
        choices=["", "1", "suite"],
        help="1: run what has not passed as it renders now; suite: nor by today's contract suite",
    )
    options = parser.parse_args()
    try:
        wanted = every_stack(options.framework, options.shard)
    except ValueError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 2
    for server in servers.SERVERS:
        print(server.report(), file=sys.stderr)
    rows = list(runnable(wanted))
    if len(rows) < len(wanted):
        print(
            f"{len(wanted) - len(rows)} stacks are left out for want of a server", file=sys.stderr
        )
    LOGS.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    start = time.monotonic()
    with TemporaryDirectory(prefix="template-") as folder:
        checkout = Checkout.of_working_tree(Path(folder) / "armature")
        stacks = keys(checkout, every_stack())
        kept = record()
        rows = neediest_first(rows, stacks, kept)
        for result in run_all(checkout, rows, stacks, options.jobs, only_changed=options.changed):
            results.append(result)
            kept[result.stack] = result
            keep(stacks, kept)
            failures = sum(not one.passed for one in results)
            elapsed = f"{time.monotonic() - start:.0f} s"
            progress = f"{len(results)} of {len(rows)}, {elapsed}, {failures} failed"
            print(f"{_row(result, stacks[result.stack])} {progress}", file=sys.stderr, flush=True)
            if not result.passed:
                print(ends_of_logs(result.stack), file=sys.stderr, flush=True)
        wanted_names = {label(row) for row in rows}
        shown = {stack: key for stack, key in stacks.items() if stack in wanted_names}
        print(table(shown, kept), end="")
    return 0 if results and all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
