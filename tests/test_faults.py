"""Every deliberate fault in a service fails the test of the contract suite that is meant for it."""

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.checkout import Checkout, run
from tests.contract.stacks import Stack
from tests.faults import DEFAULT, FAULTS, SERVERS, Fault
from tests.questionnaire import TEMPLATE
from tests.rendering import render
from tests.stacks import QUIET, runnable, scaffold

SECTIONS = set(range(1, 11))
HERE = [name for name in (DEFAULT, SERVERS) if list(runnable([Stack.parse(name).answers]))]
GROUPS = {name: [pytest.mark.generated, pytest.mark.xdist_group(f"faults-{name}")] for name in HERE}


@pytest.fixture(scope="module")
def projects(
    checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Path]]:
    """Return what makes and installs a service of a stack, each once."""
    made: dict[str, Path] = {}

    def project_of(stack: str) -> Path:
        if stack not in made:
            target = tmp_path_factory.mktemp("faults") / "service"
            scaffold(checkout, target, Stack.parse(stack).answers)
            result = run(target, "make", "--no-print-directory", "setup")
            assert result.returncode == 0, result.stderr
            made[stack] = target
        return made[stack]

    yield project_of
    for target in made.values():
        shutil.rmtree(target)


def hold(project: Path, stack: str, tests: set[str]) -> tuple[int, str]:
    """Run tests of the contract suite against the project; return their exit code and words."""
    command = [sys.executable, "-m", "pytest", *sorted(f"tests/contract/{name}" for name in tests)]
    options = [f"--stack={stack}", f"--project={project}", "--quiet", "--no-header"]
    result = run(TEMPLATE, *command, *options, environment=QUIET)
    return result.returncode, result.stdout + result.stderr


def test_there_is_a_fault_for_each_section() -> None:
    assert {fault.section for fault in FAULTS} == SECTIONS
    assert {fault.stack for fault in FAULTS} == {DEFAULT, SERVERS}


@pytest.mark.parametrize("stack", [DEFAULT, SERVERS])
def test_every_fault_has_a_place_in_the_service(fast: Path, tmp_path: Path, stack: str) -> None:
    service = render(fast, tmp_path / "service", Stack.parse(stack).answers)
    for fault in FAULTS:
        if fault.stack == stack:
            module = service / "src" / "my_service" / fault.module
            sound = module.read_text(encoding="utf-8")
            assert sound.count(fault.right) == 1, f"{fault.name}: {fault.module}"


@pytest.mark.parametrize(
    "stack", [pytest.param(name, marks=marks, id=name) for name, marks in GROUPS.items()]
)
def test_a_sound_service_passes(projects: Callable[[str], Path], stack: str) -> None:
    tests = {name for fault in FAULTS for name in fault.tests if fault.stack == stack}
    code, said = hold(projects(stack), stack, tests)

    assert code == 0, said[-6000:]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, marks=GROUPS[fault.stack], id=f"{fault.section}: {fault.name}")
        for fault in FAULTS
        if fault.stack in GROUPS
    ],
)
def test_a_fault_is_caught(projects: Callable[[str], Path], fault: Fault) -> None:
    project = projects(fault.stack)
    module = project / "src" / "my_service" / fault.module
    sound = module.read_text(encoding="utf-8")
    module.write_text(sound.replace(fault.right, fault.wrong), encoding="utf-8")
    try:
        for name in fault.tests:
            code, said = hold(project, fault.stack, {name})
            # A test that fails of it, not a service that does not come up.
            assert code == 1, f"{name} did not notice\n{said[-3000:]}"
            assert re.search(r"\d+ failed", said), said[-3000:]
            assert not re.search(r"\d+ errors?\b", said), said[-3000:]
    finally:
        module.write_text(sound, encoding="utf-8")
