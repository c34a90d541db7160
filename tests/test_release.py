"""hooks/release.py: a version is complete, newest, described and tagged, or nothing changes."""

import datetime as dt
import re
import subprocess
from pathlib import Path

import pytest
import release
from packaging.version import Version
from tools.origin import Origin

from tests.checkout import Checkout, run
from tests.questionnaire import TEMPLATE

CHANGELOG = "# Changelog\n\n## Unreleased\n\n### Added\n\n- **cache**: more.\n\n## 1.0.0\n\n- old\n"


CHANGED = "# Changelog\n\n## Unreleased\n\n### Changed\n\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Return a checkout with what a release reads, and v1.0.0 tagged."""
    checkout = Checkout(tmp_path / "armature")
    checkout.path.mkdir()
    for name in ("pyproject.toml", "uv.lock"):
        (checkout.path / name).write_bytes((TEMPLATE / name).read_bytes())
    (checkout.path / "copier.yml").write_text("_subdirectory: template\n", encoding="utf-8")
    (checkout.path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.release("v1.0.0")
    checkout.git("tag", "not-a-version")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Tester")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "tester@example.com")
    return checkout


def test_a_release_moves_the_notes_sets_the_version_commits_and_tags(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main(["1.1.0"], checkout.path) == 0

    today = dt.datetime.now(tz=dt.UTC).date()
    moved = CHANGELOG.replace("## Unreleased\n", f"## Unreleased\n\n## 1.1.0 - {today}\n")
    assert (checkout.path / "CHANGELOG.md").read_text(encoding="utf-8") == moved
    assert '\nversion = "1.1.0"\n' in (checkout.path / "pyproject.toml").read_text(encoding="utf-8")
    lock = (checkout.path / "uv.lock").read_text(encoding="utf-8")
    assert '\nname = "armature"\nversion = "1.1.0"\n' in lock
    assert checkout.git("status", "--porcelain") == ""
    assert checkout.git("describe", "--exact-match") == "v1.1.0"
    assert checkout.git("log", "-1", "--format=%s") == "Release 1.1.0"
    assert "git push --atomic origin HEAD v1.1.0" in capsys.readouterr().out
    assert checkout.git("show", "--stat", "--format=", "HEAD").count("| ") == 3


def test_services_read_the_notes_of_a_release(checkout: Checkout) -> None:
    """The heading that is written here is the one that `make update` looks for."""
    assert release.main(["v1.1.0"], checkout.path) == 0
    notes = Origin(str(checkout.path), checkout.path / ".git").notes("v1.0.0", "v1.1.0")

    assert re.match(r"## 1\.1\.0 - \d{4}-\d\d-\d\d\n", notes)
    assert notes.endswith("- **cache**: more.")
    assert Origin("", checkout.path / ".git").notes("v1.0.0-3-gabcdef0", "v1.1.0") == notes


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("", "'' is not a version: write `make release VERSION=1.2.0`"),
        ("one", "'one' is not a version"),
        ("1.1.0-beta", "'1.1.0-beta' is not written as tags are: v1.1.0b0"),
        ("1.1.0+mine", "'1.1.0+mine' is not written as tags are: v1.1.0"),
        ("1.0.0", "1.0.0 is not newer than 1.0.0"),
        ("0.9", "0.9 is not newer than 1.0.0"),
        ("1.0.0rc1", "1.0.0rc1 is not newer than 1.0.0"),
    ],
)
def test_a_version_that_is_none_or_not_newer_is_refused(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], version: str, sentence: str
) -> None:
    assert release.main([version], checkout.path) == 1
    assert f"Error: {sentence}" in capsys.readouterr().err
    assert checkout.git("tag", "--list") == "not-a-version\nv1.0.0"


def test_a_tree_with_changes_is_refused(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout.path / "new.txt").touch()

    assert release.main(["1.1.0"], checkout.path) == 1
    assert capsys.readouterr().err == "Error: there are changes that are not committed.\n"


@pytest.mark.parametrize(
    ("changelog", "sentence"),
    [
        ("# Changelog\n\n## 1.0.0\n\n- old\n", "has no part Unreleased"),
        ("# Changelog\n\n## Unreleased\n\n### Added\n\n## 1.0.0\n\n- old\n", "has nothing under"),
        (
            f"{CHANGED}- **cache**: kept for\n  an hour. Nothing\n  to do.\n- **flags**: off.\n",
            "has a change without advice, '**flags**: off.': say `To keep ...` and how",
        ),
        (CHANGED.replace("Changed", "Removed") + "- **cache**: gone.\n", "without advice"),
    ],
)
def test_a_release_that_says_nothing_is_refused(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], changelog: str, sentence: str
) -> None:
    (checkout.path / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    checkout.commit("Notes")

    assert release.main(["1.1.0"], checkout.path) == 1
    assert sentence in capsys.readouterr().err
    assert checkout.git("status", "--porcelain") == ""


def test_a_change_with_advice_is_released(checkout: Checkout) -> None:
    notes = "- **cache**: an hour. Nothing to do.\n- **flags**: off. To keep them on, set FLAGS.\n"
    (checkout.path / "CHANGELOG.md").write_text(f"{CHANGED}{notes}", encoding="utf-8")
    checkout.commit("Notes")

    assert release.main(["1.1.0"], checkout.path) == 0


def test_a_migration_to_a_version_that_is_not_released_is_refused(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    config = '_migrations: [{version: v2.0.0, command: ["true"]}]\n'
    (checkout.path / "copier.yml").write_text(config, encoding="utf-8")
    checkout.commit("Migration")

    assert release.main(["1.9.0"], checkout.path) == 1
    assert "has a migration to 2.0.0, which is not 1.9.0 nor tagged" in capsys.readouterr().err
    assert release.main(["2.0.0"], checkout.path) == 0


def test_a_commit_that_a_hook_refuses_leaves_everything_as_it_was(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    hook = checkout.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)

    assert release.main(["1.1.0"], checkout.path) == 1
    assert "not today" in capsys.readouterr().err
    assert checkout.git("status", "--porcelain") == ""
    assert (checkout.path / "CHANGELOG.md").read_text(encoding="utf-8") == CHANGELOG


def test_this_checkout_has_notes_to_release_and_a_lock_file_that_can_be_set() -> None:
    text = (TEMPLATE / "CHANGELOG.md").read_text(encoding="utf-8")

    assert "## 9.9.9 - 2026-01-02\n" in release.move_notes(
        text, Version("9.9.9"), dt.date(2026, 1, 2)
    )
    for name, pattern in release.OWN_VERSION.items():
        assert len(pattern.findall((TEMPLATE / name).read_text(encoding="utf-8"))) == 1, name


def test_make_hands_the_version_over_as_it_was_typed() -> None:
    refused = run(TEMPLATE, "make", "--no-print-directory", "release", "VERSION='; id #")

    assert refused.returncode == 2
    assert "is not a version: write `make release VERSION=1.2.0`" in refused.stderr
    head = subprocess.run(["git", "tag"], cwd=TEMPLATE, capture_output=True, text=True, check=True)
    assert "; id" not in head.stdout
