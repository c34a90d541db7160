"""Every switch of one answer ends where a fresh copy with that answer ends."""

import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from copier import run_copy

from tests.checkout import Checkout, run
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
from tests.rendering import fast_copier, files_of
from tests.stacks import UNMEASURED, each_framework, every_stack
from tests.updating import OWNED, commit, scaffold, update

# Other answers leave the first migration as it is: it is its owner's, so no switch could change it.
CHANGE_TABLES = frozenset({"framework", "auth", "example"})


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Return the template, released as v1.0.0; what is compiled of it serves all these tests."""
    checkout = Checkout.of_working_tree(tmp_path_factory.mktemp("released") / "armature")
    checkout.git("tag", "v1.0.0")
    with fast_copier(clones=True):
        yield checkout


def walks(questions: Iterable[str]) -> Iterator[tuple[str, list[Answer]]]:
    """Yield each question with a walk over its answers that makes every switch once."""
    for question in questions:
        answers = choices(question, built=True)
        walk = answers[:1]
        left = set(permutations(answers, 2))
        while left:
            here = walk[-1]
            onward = [pair for pair in left if pair[0] == here]
            if not onward:
                break
            # The answer with most switches left: this order never strands the walk.
            step = max(onward, key=lambda pair: (sum(p[0] == pair[1] for p in left), str(pair)))
            left.remove(step)
            walk.append(step[1])
        if len(walk) > 1:
            yield question, walk


def walks_of_every_stack(framework: str = "") -> Iterator[tuple[str, list[Answer], Answers]]:
    """Yield each question and its walk with each combination of the other answers.

    With a framework only its stacks, which leaves out switches to another framework. Raises
    `ValueError` for a framework that does not exist.
    """
    every_stack(framework)
    for question, walk in walks(STACK):
        others = [name for name in STACK if name != question]
        for answers in combinations(others, built=True):
            if not framework or answers.get("framework") == framework:
                yield question, walk, answers


@pytest.mark.parametrize(
    ("question", "walk"), [pytest.param(*walk, id=walk[0]) for walk in walks((*STACK, *EXTRAS))]
)
def test_every_switch_of_one_answer_ends_where_a_fresh_copy_ends(
    released: Checkout, tmp_path: Path, question: str, walk: list[Answer]
) -> None:
    assert set(permutations(choices(question, built=True), 2)) == set(pairwise(walk))
    walk_through(released, tmp_path, {}, question, walk)


def test_the_documentation_names_as_many_switches_as_there_are() -> None:
    switches = sum(len(walk) - 1 for _, walk, _ in walks_of_every_stack())
    page = (TEMPLATE / "docs" / "update.md").read_text(encoding="utf-8")

    assert f"all {len(every_stack())} stacks, {switches} switches in all" in page


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("question", "walk", "answers"),
    [
        pytest.param(question, walk, answers, id=f"{question}-of-{label(answers)}")
        for question, walk, answers in walks_of_every_stack(os.environ.get("FRAMEWORK", ""))
    ],
)
def test_every_switch_of_every_stack_ends_where_a_fresh_copy_ends(
    released: Checkout, tmp_path: Path, question: str, walk: list[Answer], answers: Answers
) -> None:
    walk_through(released, tmp_path, answers, question, walk)
    shutil.rmtree(tmp_path)


@pytest.mark.generated
@pytest.mark.parametrize("framework", each_framework())
def test_a_service_lives_on_after_a_switch_of_nearly_everything(
    released: Checkout, tmp_path: Path, framework: str
) -> None:
    """With the migration that the switch asks for; the first one stays as it was for MySQL."""
    before: Answers = {"framework": framework, "database": "mysql", "cache": "redis", "auth": "jwt"}
    after: Answers = {"database": "sqlite", "cache": "memory", "auth": "session", "example": False}
    project = scaffold(released, tmp_path / "svc", before)
    update(project, after, keep_version=True)
    commit(project, "Switch")

    unmeasured = {"PYTEST_ADDOPTS": UNMEASURED}
    for target in ("setup", "migration", "test"):
        done = run(project, "make", target, "NAME=after_update", environment=unmeasured)
        assert done.returncode == 0, f"{target}: {done.stdout[-6000:]}{done.stderr}"


def walk_through(
    checkout: Checkout, folder: Path, others: Answers, question: str, walk: list[Answer]
) -> None:
    """Give one answer after the other, and compare each time with a fresh copy."""
    project = scaffold(checkout, folder / "svc", others | {question: walk[0]})
    for step, answer in enumerate(walk[1:]):
        fresh = folder / f"fresh-{step}"
        answers = others | {question: answer}
        # First, so that no part of the update stands in for it: see `fast_copier`.
        run_copy(str(checkout.path), fresh, data=answers, defaults=True, quiet=True)
        update(project, {question: answer}, keep_version=True)
        expected, actual = files_of(fresh), files_of(project)
        if question in CHANGE_TABLES:
            for files in (expected, actual):
                for path in [path for path in files if path.endswith(OWNED)]:
                    del files[path]
        assert actual.keys() == expected.keys(), label(answers)
        different = [path for path in actual if actual[path] != expected[path]]
        assert different == [], label(answers)
        empty = [d for d in project.rglob("*") if d.is_dir() and not any(d.iterdir())]
        assert [d for d in empty if ".git" not in d.parts] == []
        shutil.rmtree(fresh)
        commit(project, f"Switch to {answer}")
