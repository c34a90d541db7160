"""The workflow that updates a service by itself: its steps, run as a runner runs them.

GitHub is a bare repository and a `gh` that writes down what it is asked.
"""

import os
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checkout import Checkout, run
from tests.rendering import fast_copier, render
from tests.small import commit, edit, make, release_with_tools, start, write

GH = """\
#!/bin/sh
echo "$*" >> "$RUNNER_TEMP/gh"
"""
UVX = """\
#!/bin/sh
exec uv tool run "$@"
"""
CONDITION = "steps.check.outputs.status == '2'"
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")


@dataclass(frozen=True)
class Runner:
    """A runner with a service's repository checked out, as it is after the first two steps."""

    steps: list[dict[str, Any]]
    remote: Path
    space: Path

    def run(self) -> tuple[list[int], str]:
        """Run the steps; return the status of each that was run, and all that they said."""
        temporary, where = self.space / "temp", self.space / "work"
        for folder in (temporary, where):
            shutil.rmtree(folder, ignore_errors=True)
        temporary.mkdir(parents=True)
        source = f"file://{self.remote}"
        cloned = run(self.space, "git", "clone", "--quiet", "--depth=1", source, str(where))
        assert cloned.returncode == 0, cloned.stderr
        output = temporary / "output"
        output.touch()
        environment = {
            "PATH": f"{self.space / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(temporary),
            "GITHUB_OUTPUT": str(output),
        }
        statuses, said = [], ""
        for step in self.steps:
            lines = output.read_text(encoding="utf-8").splitlines()
            outputs = dict(line.split("=", 1) for line in lines)
            if "if" in step:
                assert step["if"] == CONDITION
                if outputs["status"] != "2":
                    continue
            known = {
                "secrets.UPDATE_TOKEN || github.token": "token",
                "steps.check.outputs.version": outputs.get("version", ""),
                "github.ref_name": "main",
            }
            variables = {
                name: EXPRESSION.sub(lambda match: known[match[1]], value)  # noqa: B023 - at once
                for name, value in step.get("env", {}).items()
            }
            script = temporary / "step.sh"
            script.write_text(step["run"], encoding="utf-8")
            done = run(where, "bash", "-e", str(script), environment=environment | variables)
            statuses.append(done.returncode)
            said += done.stdout + done.stderr
            if done.returncode != 0:
                break
        return statuses, said

    @property
    def asked(self) -> list[list[str]]:
        """What `gh` was asked in the last run."""
        log = self.space / "temp" / "gh"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [shlex.split(line) for line in lines]

    def on(self, branch: str, *question: str) -> str:
        """Return what git says about a branch of the remote repository."""
        result = run(self.remote, "git", *question, branch)
        assert result.returncode == 0, result.stderr
        return result.stdout


@pytest.fixture
def small(template: Path, tmp_path: Path) -> Checkout:
    """Return a small template with the real update commands, released as v1.1.0."""
    small = make(tmp_path / "small")
    release_with_tools(small, template, tmp_path, "fastapi")
    return small


@pytest.fixture
def runner(small: Checkout, template: Path, tmp_path: Path) -> Runner:
    """Return a runner for an edited service of v1.1.0."""
    project = start(small, tmp_path / "svc")
    edit(project / "core/store.py", "line 2\n", "line 2, ours\n")
    commit(project)
    remote = tmp_path / "remote.git"
    run(tmp_path, "git", "clone", "--quiet", "--bare", str(project), str(remote))
    for name, text in (("gh", GH), ("uvx", UVX)):
        write(tmp_path / "runner" / "bin" / name, text)
        (tmp_path / "runner" / "bin" / name).chmod(0o755)
    with fast_copier():
        real = render(template, tmp_path / "workflows", {"ci": "github"})
    text = (real / ".github/workflows/update.yml").read_text(encoding="utf-8")
    steps = yaml.safe_load(text)["jobs"]["update"]["steps"]
    return Runner([step for step in steps if "run" in step], remote, tmp_path / "runner")


def test_a_newer_version_becomes_a_pull_request_once(small: Checkout, runner: Runner) -> None:
    write(small.path / "template/new.txt", "new\n")
    small.release("v1.2.0")
    statuses, said = runner.run()

    assert statuses == [0, 0], said
    assert runner.on("template-1.2.0", "show", "--format=%an: %s", "--name-only").split("\n") == [
        "github-actions[bot]: Update to version 1.2.0 of the template",
        "",
        ".copier-answers.yml",
        "new.txt",
        "",
    ]
    title = "Update to version 1.2.0 of the template"
    assert [words[:2] for words in runner.asked] == [["auth", "setup-git"], ["pr", "create"]]
    assert " ".join(runner.asked[1]).startswith(
        f"pr create --base main --head template-1.2.0 --title {title} --body-file "
    )
    body = Path(runner.asked[1][-1]).read_text(encoding="utf-8")
    assert body.startswith("```\nTemplate: v1.1.0 -> v1.2.0 (")
    assert body.endswith("and commit.\n```\n")

    statuses, said = runner.run()
    assert statuses == [0, 0], said
    assert "template-1.2.0 is there already." in said
    assert runner.asked == [["auth", "setup-git"]]


def test_what_could_not_be_merged_is_in_the_pull_request(small: Checkout, runner: Runner) -> None:
    edit(small.path / "template/core/store.py", "line 2\n", "line 2, theirs\n")
    small.release("v1.2.0")
    statuses, said = runner.run()

    assert statuses == [0, 0], said
    assert "Not everything is merged." in said
    rejected = runner.on("template-1.2.0:core/store.py.rej", "show")
    assert "+line 2, ours\n" in rejected
    body = Path(runner.asked[1][-1]).read_text(encoding="utf-8")
    assert "core/store.py.rej: your edit that found no place in core/store.py" in body


def test_nothing_happens_when_there_is_nothing_newer(runner: Runner) -> None:
    statuses, said = runner.run()

    assert statuses == [0], said
    assert "up to date: 1.1.0" in said
    assert runner.asked == []
    assert runner.on("--list", "branch").split() == ["*", "main"]


def test_it_fails_when_it_cannot_tell(small: Checkout, runner: Runner) -> None:
    shutil.rmtree(small.path)
    statuses, said = runner.run()

    assert statuses == [1]
    assert "Error: the " in said
    assert runner.asked == []
