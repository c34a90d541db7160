"""Scaffold and check every stack, one after another, and show the results: `make matrix`."""

import argparse
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import servers
from tests.checkout import Checkout
from tests.stacks import LOGS, Outcome, check, every_stack, runnable

RESULTS = LOGS.parent / "results.md"


def table(outcomes: Iterable[Outcome]) -> str:
    """Return the results as a table in Markdown."""
    lines = ["| stack | result | scaffold, s | check, s |", "|---|---|---|---|"]
    lines += [
        f"| {outcome.name} | {'passed' if outcome.passed else 'FAILED'} "
        f"| {outcome.scaffolding:.1f} | {outcome.checking:.1f} |"
        for outcome in outcomes
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run the stacks that are asked for, and return 1 when one fails or none can be run."""
    parser = argparse.ArgumentParser(prog="make matrix")
    parser.add_argument("--framework", default="")
    parser.add_argument("--shard", default="")
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
    outcomes = []
    with TemporaryDirectory(prefix="matrix-") as folder:
        checkout = Checkout.of_working_tree(Path(folder) / "armature")
        for row in rows:
            target = Path(folder) / "service"
            outcome = check(checkout, target, row)
            outcomes.append(outcome)
            print(table([outcome]).splitlines()[-1], file=sys.stderr)
            if not outcome.passed:
                print(f"  log: {outcome.log}\n  again: {outcome.reproduce}", file=sys.stderr)
            shutil.rmtree(target, ignore_errors=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(table(outcomes), encoding="utf-8")
    print(table(outcomes), end="")
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
