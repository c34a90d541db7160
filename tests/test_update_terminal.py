"""`make update` as a person gives it, on a real terminal."""

from pathlib import Path

import pytest

from tests.checkout import Checkout
from tests.small import edit, make, release_with_tools, start, status, write
from tests.terminal import Terminal


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """Return a service with the real update commands, for which there is a newer version."""
    small = make(tmp_path / "small")
    release_with_tools(small, template, tmp_path, "fastapi")
    project = start(small, tmp_path / "svc")
    write(small.path / "template" / "new.txt", "new\n")
    small.release("v1.2.0")
    return project


def test_yes_writes_what_was_shown(project: Path) -> None:
    with Terminal(project, "make", "update") as terminal:
        terminal.wait_for("Write this? [y/N] ")
        assert "Template: v1.1.0 -> v1.2.0" in terminal.said
        assert "      added   new.txt\n" in terminal.said
        assert status(project) == "", "nothing is written before the answer"
        terminal.type("y\n")
        terminal.wait_for("Nothing is left to merge.")
        assert terminal.end() == 0

    assert (project / "new.txt").read_text(encoding="utf-8") == "new\n"
    assert status(project).splitlines() == [" M .copier-answers.yml", "?? new.txt"]


def test_no_writes_nothing(project: Path) -> None:
    with Terminal(project, "make", "update") as terminal:
        terminal.wait_for("Write this? [y/N] ")
        terminal.type("n\n")
        terminal.wait_for("Error: nothing was written.")
        assert terminal.end() == 2

    assert status(project) == ""


def test_ctrl_c_at_the_question_writes_nothing(project: Path) -> None:
    with Terminal(project, "make", "update") as terminal:
        terminal.wait_for("Write this? [y/N] ")
        terminal.interrupt("Stopped;")
        assert terminal.end() != 0

    assert "Traceback" not in terminal.said
    assert status(project) == ""


@pytest.mark.parametrize("answered", [True, False])
def test_a_question_that_is_new_is_asked_before_anything_is_shown(
    project: Path,
    answered: bool,  # noqa: FBT001
) -> None:
    small = Checkout(project.with_name("small"))
    question = 'colour: {type: str, default: red, help: "Which colour?"}\nredis: {'
    edit(small.path / "copier.yml", "redis: {", question)
    small.release("v1.3.0")
    with Terminal(project, "make", "update") as terminal:
        terminal.wait_for("Which colour?")
        assert "What changes here" not in terminal.said
        if answered:
            terminal.type("\r")
            terminal.wait_for("  colour: red (a new question)\n")
            terminal.wait_for("Write this? [y/N] ")
            terminal.type("n\n")
        else:
            terminal.interrupt("Stopped;")
        assert terminal.end() != 0

    assert "Traceback" not in terminal.said
    assert status(project) == ""
