"""Generated services: scaffolded, installed from scratch, and green by their own `make check`."""

import json
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests import servers
from tests.checkout import Checkout, run
from tests.covering import missing_pairs
from tests.questionnaire import EXTRAS, STACK, Answer, Answers, choices, label
from tests.stacks import as_options, check, covering_set, every_stack, runnable, scaffold
from tests.test_reserved import packages_among, reserved_names

# What is installed: names of imports to names of distributions.
INSTALLED = """\
import importlib.metadata, json
print(json.dumps(importlib.metadata.packages_distributions()))
"""


def test_the_stacks_cover_every_pair_of_answers() -> None:
    axes = {name: choices(name, built=True) for name in (*STACK, *EXTRAS)}

    assert len(axes) == 7
    assert missing_pairs(axes, covering_set()) == set()
    # The dearest tests there are: no more of them than a greedy choice takes.
    assert len(covering_set()) <= 24


def test_a_stack_is_left_out_only_for_want_of_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    here: Answers = {"database": "sqlite", "cache": "memory"}
    away: Answers = {"database": "postgresql", "cache": "memory"}
    monkeypatch.setenv("POSTGRESQL_URL", "postgresql://127.0.0.1:9/none")

    assert list(runnable([here, away])) == [here]
    assert servers.needed(away)[0].report().startswith("PostgreSQL: not found at 127.0.0.1:9")


def test_the_matrix_is_cut_into_shards_that_make_a_whole() -> None:
    whole = [label(row) for row in every_stack()]
    parts = [label(row) for number in (1, 2, 3) for row in every_stack(shard=f"{number}/3")]

    assert sorted(parts) == sorted(whole)
    assert len(set(whole)) == len(whole)
    for bad in ("0/3", "4/3", "x", "1"):
        with pytest.raises(ValueError, match="is not a shard"):
            every_stack(shard=bad)
    with pytest.raises(ValueError, match="FRAMEWORK=rails is not one of"):
        every_stack("rails")


def measured() -> set[str]:
    """Return the first stacks of each framework, with the example and without."""
    first: dict[tuple[Answer, Answer], str] = {}
    for answers in covering_set():
        first.setdefault((answers["framework"], answers["example"]), label(answers))
    return set(first.values())


def test_coverage_is_measured_of_every_framework_with_the_example_and_without() -> None:
    assert len(measured()) == 2 * len(choices("framework", built=True))


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one service is made after the other, so that they share what the tools keep."""
    return tmp_path_factory.mktemp("services")


@pytest.mark.generated
@pytest.mark.parametrize("answers", list(runnable(covering_set())), ids=label)
def test_a_generated_service_passes_its_own_check(
    checkout: Checkout, place: Path, answers: Answers
) -> None:
    target = place / "service"
    shutil.rmtree(target, ignore_errors=True)
    outcome = check(checkout, target, answers, coverage=label(answers) in measured())

    assert outcome.passed, f"{outcome.said[-6000:]}\nlog: {outcome.log}\nagain: {outcome.reproduce}"
    left = run(target, "git", "status", "--porcelain").stdout
    assert left == "", "setting up and checking leave the work tree as it was committed"
    python = str(target / ".venv" / "bin" / "python")
    installed = json.loads(run(target, python, "-c", INSTALLED).stdout)
    assert packages_among({*installed, *only_elsewhere(target, installed)}) - reserved_names() <= {
        "my_service"
    }
    shutil.rmtree(target)


def only_elsewhere(service: Path, installed: Mapping[str, list[str]]) -> set[str]:
    """Return the names of what a lock file has for other Pythons and systems than this one.

    It is not here to tell what it is imported under, which mostly is the distribution's name.
    """
    lock = tomllib.loads((service / "uv.lock").read_text(encoding="utf-8"))
    locked = {canonicalize_name(package["name"]) for package in lock["package"]}
    here = {canonicalize_name(name) for names in installed.values() for name in names}
    return {name.replace("-", "_") for name in locked - here}


def test_a_service_that_cannot_be_made_is_reported_with_its_command(
    checkout: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "service").touch()
    outcome = check(checkout, tmp_path / "service", {"auth": "none", "example": False})

    assert not outcome.passed
    assert "is a file" in outcome.log.read_text(encoding="utf-8")
    assert outcome.reproduce.startswith(f"make new DEST={tmp_path}/service DEFAULTS=1 ANSWERS=")
    outcome.log.unlink()


def test_answers_survive_the_command_line(checkout: Checkout, tmp_path: Path) -> None:
    answers: Answers = {"project_name": "Blue Shop", "example": False, "description": "A, b: (c)."}
    assert as_options(answers) == (
        "-d 'project_name=Blue Shop' -d example=no -d 'description=A, b: (c).'"
    )
    scaffold(checkout, tmp_path / "svc", answers)

    text = (tmp_path / "svc" / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "project_name: Blue Shop\n" in text
    assert "example: false\n" in text
