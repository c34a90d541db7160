"""Fixtures shared by the tests of the template; each worker makes its own, once."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.checkout import Checkout
from tests.contract.instances import PROGRAMS, missing_programs
from tests.progress import Progress
from tests.rendering import fast_copier, snapshot


def pytest_report_header() -> list[str]:
    """Say which servers the run has, and which it has not."""
    missing = missing_programs(*PROGRAMS)
    programs = f"not found: {', '.join(missing)}" if missing else "all found"
    return [
        *(server.report() for server in servers.SERVERS),
        f"Programs that the contract suite starts itself: {programs}",
    ]


def pytest_xdist_auto_num_workers() -> int:
    """Start one worker more than there are processors: each waits for servers now and then."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the process that reports show how far the run is; workers report to it."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(
            Progress(session, lambda line: terminal.write(f"\n{line}\n")), "progress"
        )


@pytest.fixture(scope="session", autouse=True)
def _plain_environment(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Take from the environment what would change a service, its tools, or git.

    The uv that runs the tests is put on the PATH, alone, so that no service fetches another.
    """
    for name in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        os.environ.pop(name, None)
    for name in ("DEST", "ANSWERS", "DEFAULTS", "REF", "FRAMEWORK", "SHARD", "GIT_DIR"):
        os.environ.pop(name, None)
    uv = os.environ.pop("UV", None)
    if uv and shutil.which("uv") is None:
        tools = tmp_path_factory.mktemp("tools")
        (tools / "uv").symlink_to(uv)
        os.environ["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what Copier reads, outside git."""
    return snapshot(tmp_path_factory.mktemp("snapshot") / "template")


@pytest.fixture
def fast(template: Path) -> Iterator[Path]:
    """Return the snapshot, and make Copier fast while the test runs."""
    with fast_copier():
        yield template


@pytest.fixture(scope="session")
def questions_only(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a template that asks the real questions and renders the answers file alone."""
    target = tmp_path_factory.mktemp("questions") / "template"
    for name in ("copier.yml", "hooks", "partials"):
        source = template / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        target.mkdir(exist_ok=True)
        copy(source, target / name)
    answers = "{{ _copier_conf.answers_file }}.jinja"
    (target / "template").mkdir()
    shutil.copy2(template / "template" / answers, target / "template" / answers)
    return target


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a git checkout of the working tree, all of it committed, with no release yet."""
    return Checkout.of_working_tree(tmp_path_factory.mktemp("checkout") / "armature")


@pytest.fixture
def released(checkout: Checkout, tmp_path: Path) -> Checkout:
    """Return a checkout of the test's own, released as v1.0.0."""
    target = tmp_path / "armature"
    subprocess.run(["git", "clone", "--quiet", checkout.path, target], check=True)
    clone = Checkout(target)
    clone.git("tag", "v1.0.0")
    return clone
