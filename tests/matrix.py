"""Make every stack, check it and hold it to the contract; show the results: `make matrix`.

What has passed is not run again while the template stays the same, so a run that was broken off
goes on where it stopped.
"""

import argparse
import json
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import servers
from tests.checkout import Checkout, run
from tests.contract.stacks import Stack
from tests.questionnaire import STACK, TEMPLATE, Answers, label
from tests.stacks import LOGS, QUIET, check, every_stack, runnable

RESULTS = LOGS.parent / "results.md"
RECORD = LOGS.parent / "results.jsonl"
# What a result depends on: with these unchanged, it holds.
DECISIVE = ("copier.yml", "template", "partials", "hooks", "tests/contract")
PASSED = re.compile(r"(\d+) passed")
COVERAGE = re.compile(r"Total coverage: ([\d.]+)%")


@dataclass(frozen=True)
class Result:
    """What became of one stack of the template whose decisive parts are ``tree``."""

    stack: str
    tree: str
    checked: bool
    tests: str
    coverage: str
    held: bool
    contract_tests: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the service passed its own check and the contract."""
        return self.checked and self.held


def table(results: Iterable[Result]) -> str:
    """Return the results as a table in Markdown."""
    lines = [
        "| stack | own check | tests | coverage, % | contract | tests | seconds |",
        "|---|---|---:|---:|---|---:|---:|",
    ]
    words = {True: "passed", False: "FAILED"}
    lines += [
        f"| {result.stack} | {words[result.checked]} | {result.tests} | {result.coverage} "
        f"| {words[result.held]} | {result.contract_tests} | {result.seconds:.0f} |"
        for result in results
    ]
    return "\n".join(lines) + "\n"


def record(tree: str) -> dict[str, Result]:
    """Return the results of that tree that were kept, the last of each stack."""
    if not RECORD.exists():
        return {}
    lines = RECORD.read_text(encoding="utf-8").splitlines()
    results = [Result(**json.loads(line)) for line in lines]
    return {result.stack: result for result in results if result.tree == tree}


def examine(checkout: Checkout, tree: str, target: Path, answers: Answers) -> Result:
    """Make the stack in ``target``, run its own check and the contract, and remove it."""
    start = time.monotonic()
    own = check(checkout, target, answers)
    held, said = False, "not run: the service was not made\n"
    if (target / "Makefile").exists():
        held, said = hold_to_contract(target, answers)
    (LOGS / f"{own.name}.contract.log").write_text(said, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    return Result(
        stack=own.name,
        tree=tree,
        checked=own.passed,
        tests=_last(PASSED, own.said),
        coverage=_last(COVERAGE, own.said),
        held=held,
        contract_tests=_last(PASSED, said),
        seconds=time.monotonic() - start,
    )


def hold_to_contract(project: Path, answers: Answers) -> tuple[bool, str]:
    """Run the contract suite against a project that is set up; return whether it passed."""
    framework, database, cache, auth, example = (answers[name] for name in STACK)
    stack = Stack(str(framework), str(database), str(cache), str(auth), bool(example))
    # In one process: each one more would start all the services of the suite again.
    options = ["tests/contract", f"--stack={stack.name}", f"--project={project}", "--quiet"]
    result = run(TEMPLATE, sys.executable, "-m", "pytest", *options, environment=QUIET)
    return result.returncode == 0, result.stdout + result.stderr


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.findall(text)
    return found[-1] if found else ""


def run_all(rows: Iterable[Answers], jobs: int) -> Iterator[Result]:
    """Yield the results of the stacks as they come in, several being made at a time."""
    with TemporaryDirectory(prefix="matrix-") as folder, ThreadPoolExecutor(jobs) as pool:
        checkout = Checkout.of_working_tree(Path(folder) / "armature")
        tree = " ".join(checkout.git("rev-parse", f"HEAD:{part}")[:12] for part in DECISIVE)
        known = record(tree)
        waiting = []
        for number, row in enumerate(rows):
            result = known.get(label(row))
            if result is not None and result.passed:
                yield result
                continue
            target = Path(folder) / f"service-{number}"
            waiting.append(pool.submit(examine, checkout, tree, target, row))
        for done in as_completed(waiting):
            result = done.result()
            with RECORD.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(asdict(result)) + "\n")
            yield result


def main() -> int:
    """Run the stacks that are asked for, and return 1 when one fails or none can be run."""
    parser = argparse.ArgumentParser(prog="make matrix")
    parser.add_argument("--framework", default="")
    parser.add_argument("--shard", default="")
    parser.add_argument("--jobs", type=int, default=1, help="stacks at a time")
    options = parser.parse_args()
    try:
        wanted = every_stack(options.framework, options.shard)
    except ValueError as error:
        print(f"Error: {error}.", file=sys.stderr)
        return 2
    for server in servers.SERVERS:
        print(server.report(), file=sys.stderr)
    # Those with the example first: they hold most, and so find most.
    rows = sorted(runnable(wanted), key=lambda row: not row["example"])
    if len(rows) < len(wanted):
        print(
            f"{len(wanted) - len(rows)} stacks are left out for want of a server", file=sys.stderr
        )
    results: list[Result] = []
    LOGS.mkdir(parents=True, exist_ok=True)
    for result in run_all(rows, options.jobs):
        results.append(result)
        print(table([result]).splitlines()[-1], file=sys.stderr, flush=True)
        if not result.passed:
            print(f"  logs: {LOGS / result.stack}.*", file=sys.stderr, flush=True)
        RESULTS.write_text(table(results), encoding="utf-8")
    print(table(results), end="")
    return 0 if results and all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
