"""Every deliberate fault in a service fails the test of the contract suite that is meant for it."""

import re
import shutil
import sys
from collections.abc import Iterator
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
def project(
    request: pytest.FixtureRequest, checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A service of the stack that is asked for, installed."""
    target = tmp_path_factory.mktemp("faults") / "service"
    scaffold(checkout, target, Stack.parse(request.param).answers)
    made = run(target, "make", "--no-print-directory", "setup")
    assert made.returncode == 0, made.stderr
    yield target
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
    ("project", "stack"),
    [pytest.param(name, name, marks=marks, id=name) for name, marks in GROUPS.items()],
    indirect=["project"],
)
def test_a_sound_service_passes(project: Path, stack: str) -> None:
    tests = {name for fault in FAULTS for name in fault.tests if fault.stack == stack}
    code, said = hold(project, stack, tests)

    assert code == 0, said[-6000:]


@pytest.mark.parametrize(
    ("project", "fault"),
    [
        pytest.param(
            fault.stack,
            fault,
            marks=GROUPS[fault.stack],
            id=f"{fault.section}: {fault.name}",
        )
        for fault in FAULTS
        if fault.stack in GROUPS
    ],
    indirect=["project"],
)
def test_a_fault_is_caught(project: Path, fault: Fault) -> None:
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
