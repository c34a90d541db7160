"""A checkout of the template that a test may commit to, tag, and make services from."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests import working_tree

IDENTITY = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")


def run(
    where: Path, *command: str, environment: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command, without a terminal, and return what it printed."""
    return subprocess.run(
        command,
        cwd=where,
        env={**os.environ, **(environment or {})},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def run_into(
    log: Path, where: Path, *command: str, environment: Mapping[str, str], limit: float
) -> int:
    """Run a command, add what it prints to a log, and return its exit status.

    After `limit` seconds it is killed with all that it started, and the log says so.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=where,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            output.write(f"\nKilled: it had not ended after {limit:.0f} s.\n".encode())
            return -signal.SIGKILL
        finally:
            # What is left of it would go on writing into the log, and using the servers.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass(frozen=True)
class Checkout:
    """A git checkout of the template."""

    path: Path

    @classmethod
    def of_working_tree(cls, path: Path) -> Self:
        """Copy what is tracked, or would be, from the working tree into one commit."""
        checkout = cls(working_tree.copy(path))
        checkout.git("init", "--quiet", "--initial-branch=main")
        checkout.commit("Everything")
        return checkout

    def git(self, *arguments: str) -> str:
        """Return what git prints; a failure fails the test with git's own words."""
        result = run(self.path, "git", *IDENTITY, *arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def release(self, version: str) -> None:
        """Commit everything and tag it."""
        self.commit(version)
        self.git("tag", version)

    def make(self, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a target of the template's Makefile, without a terminal."""
        words = [f"{name}={value}" for name, value in variables.items()]
        return run(self.path, "make", "--no-print-directory", target, *words)
