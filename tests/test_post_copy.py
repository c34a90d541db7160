"""hooks/post_copy.py: rendered files become a repository with a lock file and a first commit."""

import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.checkout import run
from tests.questionnaire import TEMPLATE

SCRIPT = str(TEMPLATE / "hooks" / "post_copy.py")
PROJECT = """\
[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["six"]
"""
NO_INDEX = {"UV_OFFLINE": "1", "UV_CACHE_DIR": "no-cache", "UV_INDEX_URL": "http://127.0.0.1:9"}


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """Return rendered files: the least that can be locked."""
    service = tmp_path / "shop"
    service.mkdir()
    (service / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    return service


def finish(service: Path, environment: Mapping[str, str] | None = None) -> CompletedProcess[str]:
    return run(service.parent, sys.executable, SCRIPT, str(service), environment=environment)


def log(service: Path) -> list[str]:
    return run(service, "git", "log", "--all", "--format=%an: %s").stdout.splitlines()


def test_it_makes_a_repository_a_lock_file_and_one_commit(service: Path) -> None:
    result = finish(service)

    assert result.returncode == 0, result.stderr
    assert run(service, "git", "branch", "--show-current").stdout == "main\n"
    assert run(service, "git", "ls-files").stdout.split() == ["pyproject.toml", "uv.lock"]
    assert run(service, "git", "status", "--porcelain").stdout == ""
    assert len(log(service)) == 1
    assert f"cd {service}\n" in result.stdout
    assert "make run" in result.stdout


def test_it_may_run_again(service: Path) -> None:
    finish(service)
    (service / "mine.txt").touch()
    again = finish(service)

    assert again.returncode == 0, again.stderr
    assert len(log(service)) == 1
    assert run(service, "git", "status", "--porcelain").stdout == "?? mine.txt\n"


def test_without_a_package_index_it_says_so_and_goes_on_from_there_later(service: Path) -> None:
    result = finish(service, NO_INDEX)

    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "the service is complete, but its lock file could not be made" in result.stderr
    assert f"run `python3 {SCRIPT} {service}`" in result.stderr
    assert (service / "pyproject.toml").read_text(encoding="utf-8") == PROJECT

    assert finish(service).returncode == 0
    assert run(service, "git", "ls-files").stdout.split() == ["pyproject.toml", "uv.lock"]


def test_without_a_python_that_is_new_enough_it_says_so(service: Path) -> None:
    """The package index is not to blame, whatever uv tried to fetch from where."""
    future = PROJECT.replace(">=3.11", ">=3.99")
    (service / "pyproject.toml").write_text(future, encoding="utf-8")
    result = finish(service, NO_INDEX)

    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "could not be made (No interpreter found for Python >=3.99" in result.stderr
    assert "package index" not in result.stderr
    assert f"run `python3 {SCRIPT} {service}`" in result.stderr

    (service / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    assert finish(service).returncode == 0


def test_without_git_it_says_so(service: Path, tmp_path: Path) -> None:
    result = finish(service, {"PATH": str(tmp_path)})

    assert result.returncode == 1
    assert result.stderr.startswith("Error: git is not on the PATH: install git")
    assert result.stderr.count("\n") == 1
    assert list(service.iterdir()) == [service / "pyproject.toml"]


def test_without_uv_it_says_so(service: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    git = run(tmp_path, "sh", "-c", "command -v git").stdout.strip()
    (tools / "git").symlink_to(git)
    script = tmp_path / "elsewhere" / "hooks" / "post_copy.py"
    script.parent.mkdir(parents=True)
    script.write_bytes(Path(SCRIPT).read_bytes())
    environment = {"PATH": str(tools), "UV": ""}
    result = run(tmp_path, sys.executable, str(script), str(service), environment=environment)

    assert result.returncode == 1
    assert result.stderr.startswith("Error: uv is not on the PATH")


def test_a_git_that_knows_no_name_signs_the_first_commit_with_ours(service: Path) -> None:
    nameless = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.useConfigOnly",
        "GIT_CONFIG_VALUE_0": "true",
    }
    result = finish(service, nameless)

    assert result.returncode == 0, result.stderr
    assert log(service) == ["Armature: Start from Armature"]
    assert "git knows no user.name" in result.stdout


def test_a_commit_that_git_refuses_ends_in_one_sentence(service: Path) -> None:
    signing = {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "commit.gpgSign",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_CONFIG_KEY_1": "gpg.program",
        "GIT_CONFIG_VALUE_1": "/bin/false",
    }
    result = finish(service, signing)

    assert result.returncode == 1
    assert result.stderr.startswith("Error: the first commit could not be made (")
    assert result.stderr.count("\n") == 1
    assert finish(service).returncode == 0
    assert len(log(service)) == 1


def test_a_service_in_somebodys_repository_is_left_to_them(service: Path) -> None:
    run(service.parent, "git", "init", "--quiet")
    result = finish(service)

    assert result.returncode == 0, result.stderr
    assert not (service / ".git").exists()
    assert (service / "uv.lock").exists()
    assert "lies in a git repository already" in result.stdout
    assert log(service.parent) == []


def test_it_is_not_led_astray_by_a_git_that_calls_it(service: Path, tmp_path: Path) -> None:
    """As when `make new` runs within a git hook of another repository."""
    foreign = {"GIT_DIR": str(tmp_path / "other" / ".git"), "GIT_INDEX_FILE": str(tmp_path / "i")}
    result = finish(service, foreign)

    assert result.returncode == 0, result.stderr
    assert len(log(service)) == 1


def test_a_folder_without_a_service_is_refused(tmp_path: Path) -> None:
    result = finish(tmp_path / "nothing")

    assert result.returncode == 1
    assert "holds no generated service" in result.stderr
    assert not (tmp_path / "nothing").exists()
