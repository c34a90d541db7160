"""Services of earlier states of the template, edited, and updated to this one: `make updates`.

Until there are releases, every state that `main` had counts as one.
"""

import contextlib
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import yaml
from copier import run_copy
from tools import update as command

from tests import working_tree
from tests.checkout import IDENTITY, Checkout, run
from tests.ledger import Update
from tests.owner import Work
from tests.questionnaire import TEMPLATE, Answers, taken
from tests.rendering import files_of

SOURCES = ("copier.yml", "partials", "template")
NOW = "v1.0.0"
# Of how many states of a framework one is taken, and how many at least and at most.
EVERY, LEAST, MOST = 7, 2, 6


@dataclass(frozen=True)
class State:
    """A state that the template had on `main`."""

    commit: str
    date: str
    version: str
    config: Mapping[str, Any]

    def answers(self, framework: str, turn: int) -> Answers:
        """Return answers that this state took: the defaults at turn 0, others at each other."""
        found: Answers = {"framework": framework}
        for name in ("database", "cache", "auth", "ci"):
            built = taken(self.config[name], built=True)
            found[name] = built[turn % len(built)]
        return found


@dataclass(frozen=True)
class History:
    """A clone of the template in which earlier states, and this one, are releases."""

    checkout: Checkout
    states: tuple[State, ...]

    @classmethod
    def of_main(cls, path: Path, template: Path = TEMPLATE) -> Self:
        """Clone the template with its history; `AssertionError` when it has none here."""
        assert run(template, "git", "rev-parse", "--is-shallow-repository").stdout == "false\n", (
            "this is a shallow clone, and services of earlier states are to be made: "
            "run `git fetch --unshallow`"
        )
        source = ("git", "clone", "--quiet", "--no-tags", str(template), str(path))
        cloned = run(template, *source)
        assert cloned.returncode == 0, cloned.stderr
        checkout = cls._with_working_tree(Checkout(path))
        log = ("log", "--first-parent", "--reverse", "--format=%H %cs", "HEAD~", "--", *SOURCES)
        states = []
        for number, line in enumerate(checkout.git(*log).splitlines(), start=1):
            commit, date = line.split()
            text = checkout.git("show", f"{commit}:copier.yml")
            config = yaml.load(text, Loader=yaml.CSafeLoader)
            states.append(State(commit, date, f"v0.{number}.0", config))
        while states and not checkout.git("diff", "--name-only", states[-1].commit, "--", *SOURCES):
            states.pop()
        assert states, "there is no earlier state of the template in this clone"
        tags = "".join(f"create refs/tags/{state.version} {state.commit}\n" for state in states)
        tagged = run(path, "git", "update-ref", "--stdin", stdin=tags)
        assert tagged.returncode == 0, tagged.stderr
        return cls(checkout, tuple(states))

    @staticmethod
    def _with_working_tree(checkout: Checkout) -> Checkout:
        checkout.git("rm", "-r", "--quiet", ".")
        working_tree.copy(checkout.path)
        checkout.git("add", "--all")
        checkout.git("commit", "--quiet", "--allow-empty", "--message", "This state")
        checkout.git("tag", NOW)
        return checkout

    def states_of(self, framework: str) -> list[State]:
        """Return some of the states that made services of a framework, the earliest first."""
        found = [
            state
            for state in self.states
            if framework in taken(state.config["framework"], built=True)
        ]
        # The more there are the more are taken, so that those of one day do not stand for all.
        number = min(len(found), MOST, max(LEAST, len(found) // EVERY))
        return [found[place * len(found) // number] for place in range(number)]

    def start(self, project: Path, state: State, answers: Answers) -> "Service":
        """Make a service of an earlier state."""
        service = Service(self, project, answers)
        service.copy(project, state.version)
        run(project, "git", "init", "--quiet", "--initial-branch=main")
        service.commit("Start")
        return service


@dataclass(frozen=True)
class Service:
    """A service of an earlier state, on its way to this one."""

    history: History
    project: Path
    answers: Answers

    def copy(self, target: Path, version: str) -> Path:
        """Copy a version of the template with the service's answers."""
        source = str(self.history.checkout.path)
        run_copy(source, target, data=self.answers, vcs_ref=version, defaults=True, quiet=True)
        return target

    def commit(self, message: str) -> None:
        """Commit everything."""
        run(self.project, "git", "add", "--all")
        done = run(self.project, "git", *IDENTITY, "commit", "--quiet", "--message", message)
        assert done.returncode == 0, done.stdout + done.stderr

    @cached_property
    def fresh(self) -> Mapping[str, bytes]:
        """The files that this state of the template makes of the answers."""
        target = self.copy(self.project.with_name(f"{self.project.name}-fresh"), NOW)
        files = files_of(target)
        shutil.rmtree(target)
        return files

    def edit(self) -> Work:
        """Do an owner's work, and commit it."""
        work = Work(self.project)
        work.do(self.fresh.keys() - files_of(self.project).keys())
        self.commit("Our work")
        return work

    def update(self) -> "Outcome":
        """Edit the service, and update it with the newest update command."""
        theirs = files_of(self.project)
        work = self.edit()
        ours = files_of(self.project)
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            status = command.main(["update", "--yes"], self.project)
        updated = files_of(self.project)
        files = Update(theirs, ours, updated, self.fresh, out.getvalue())
        return Outcome(work, files, status, out.getvalue(), errors.getvalue())


@dataclass(frozen=True)
class Outcome:
    """What an update made of a service, and what it said."""

    work: Work
    files: Update
    status: int
    out: str
    errors: str

    def wrong(self) -> list[str]:
        """Say what is not as it was promised, but for edits that are lost."""
        rejects = set(self.files.rejects)
        named = {
            line.split(": ")[0].strip() for line in self.errors.splitlines() if ".rej: " in line
        }
        wrong = [f"{path} is not as in a fresh copy" for path in self.files.strange()]
        wrong += [f"{path} is not named among what is left" for path in sorted(rejects - named)]
        wrong += [f"{path} is named, and is not there" for path in sorted(named - rejects)]
        if self.status != bool(rejects):
            wrong.append(f"the status was {self.status} with {len(rejects)} rejects")
        return wrong
