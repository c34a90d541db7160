"""The Makefile on a machine that has Python, git and make, and nothing else."""

import os
import shutil
from pathlib import Path

import pytest

from tests.checkout import Checkout, run
from tests.questionnaire import TEMPLATE

TOOLS = ("awk", "bash", "cat", "command", "env", "git", "make", "python3", "rm", "sh", "test")


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder beside a Makefile, on a PATH with no uv."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(Path(found).resolve() if name != "python3" else found)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.delenv("UV", raising=False)
    place = tmp_path / "armature"
    place.mkdir()
    shutil.copy2(TEMPLATE / "Makefile", place / "Makefile")
    return place


def test_uv_is_fetched_when_it_is_missing_and_only_then(bare_machine: Path) -> None:
    first = run(bare_machine, "make", "tools")
    assert first.returncode == 0, first.stderr
    assert first.stderr.startswith("Fetching uv into .tools\n")
    uv = bare_machine / ".tools" / "bin" / "uv"
    assert run(bare_machine, str(uv), "--version").stdout.startswith("uv ")

    again = run(bare_machine, "make", "tools")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_uv_that_cannot_be_fetched_is_a_sentence_and_leaves_nothing(bare_machine: Path) -> None:
    no_index = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""}
    result = run(bare_machine, "make", "tools", environment=no_index)

    assert result.returncode != 0
    assert "Error: uv could not be fetched; it needs python3 with venv, and" in result.stderr
    assert not (bare_machine / ".tools").exists()


def test_packages_that_cannot_be_installed_are_a_sentence(
    checkout: Checkout, tmp_path: Path
) -> None:
    clone = tmp_path / "armature"
    shutil.copytree(checkout.path, clone, ignore=shutil.ignore_patterns(".venv"))
    offline = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    result = run(clone, "make", "new", f"DEST={tmp_path / 'svc'}", environment=offline)

    assert result.returncode != 0
    assert "Error: packages could not be installed; is the package index reach" in result.stderr
    assert not (tmp_path / "svc").exists()


def test_help_lists_every_target() -> None:
    shown = run(TEMPLATE, "make", "help").stdout
    makefile = (TEMPLATE / "Makefile").read_text(encoding="utf-8")
    targets = next(line for line in makefile.splitlines() if line.startswith(".PHONY:")).split()[1:]

    for target in set(targets) - {"tools"}:
        assert f"make {target} " in shown, target
