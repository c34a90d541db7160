"""Every deliberate fault in a service fails the test of the contract suite that is meant for it."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout, run
from tests.faults import FAULTS, Fault
from tests.questionnaire import TEMPLATE
from tests.rendering import render
from tests.stacks import QUIET, scaffold

# What the default answers make.
STACK_NAME = "fastapi-sqlite-memory-jwt-example"
CONTRACT = TEMPLATE / "tests" / "contract"
SECTIONS = set(range(1, 11))

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture(scope="module")
def project(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A service with the default answers, installed."""
    target = tmp_path_factory.mktemp("faults") / "service"
    scaffold(checkout, target, {})
    made = run(target, "make", "--no-print-directory", "setup")
    assert made.returncode == 0, made.stderr
    yield target
    shutil.rmtree(target)


def hold(project: Path, tests: set[str]) -> tuple[int, str]:
    """Run tests of the contract suite against the project; return their exit code and words."""
    command = [sys.executable, "-m", "pytest", *sorted(f"tests/contract/{name}" for name in tests)]
    options = [f"--stack={STACK_NAME}", f"--project={project}", "--quiet", "--no-header"]
    result = run(TEMPLATE, *command, *options, environment=QUIET)
    return result.returncode, result.stdout + result.stderr


def test_there_is_a_fault_for_each_section() -> None:
    assert {fault.section for fault in FAULTS} == SECTIONS


def test_every_fault_has_a_place_in_the_service(fast: Path, tmp_path: Path) -> None:
    modules = render(fast, tmp_path / "service", {}) / "src" / "my_service"
    for fault in FAULTS:
        sound = (modules / fault.module).read_text(encoding="utf-8")
        assert sound.count(fault.right) == 1, f"{fault.name}: {fault.module}"


@pytest.mark.generated
def test_a_sound_service_passes(project: Path) -> None:
    code, said = hold(project, {name for fault in FAULTS for name in fault.tests})

    assert code == 0, said[-6000:]


@pytest.mark.generated
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.section}: {fault.name}")
def test_a_fault_is_caught(project: Path, fault: Fault) -> None:
    module = project / "src" / "my_service" / fault.module
    sound = module.read_text(encoding="utf-8")
    module.write_text(sound.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        for name in fault.tests:
            code, said = hold(project, {name})
            # A test that fails of it, not a service that does not come up.
            assert code == 1, f"{name} did not notice\n{said[-3000:]}"
            assert re.search(r"\d+ failed", said), said[-3000:]
            assert not re.search(r"\d+ errors?\b", said), said[-3000:]
    finally:
        module.write_text(sound, encoding="utf-8")
