"""The documentation: its links lead somewhere, and it names what exists."""

import re
from pathlib import Path

import pytest

from tests import working_tree
from tests.questionnaire import TEMPLATE, choices, questions

PAGES = [name for name in working_tree.files("*.md") if not name.startswith("template/")]
LINK = re.compile(r"\]\((?!https?://)([^)#]+)")
COMMAND = re.compile(r"`make ([a-z-]+)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    path = TEMPLATE / page
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_named_exists(page: str) -> None:
    targets: set[str] = set()
    for makefile in (TEMPLATE / "Makefile", *(TEMPLATE / "template").rglob("Makefile*")):
        targets |= set(TARGET.findall(makefile.read_text(encoding="utf-8")))

    named = set(COMMAND.findall((TEMPLATE / page).read_text(encoding="utf-8")))
    assert named <= targets


def test_every_decision_is_listed() -> None:
    folder = TEMPLATE / "docs" / "decisions"
    listed = LINK.findall((folder / "index.md").read_text(encoding="utf-8"))

    assert sorted(listed) == sorted(page.name for page in folder.glob("[0-9]*.md"))


def test_the_readme_shows_every_answer() -> None:
    readme = (TEMPLATE / "README.md").read_text(encoding="utf-8")

    for name, question in questions().items():
        if "choices" in question:
            row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}` |"))
            shown = re.findall(r"`([a-z0-9_.-]+)`", row)
            assert shown[0] == name
            assert set(shown[1:]) == set(choices(name, built=False))


def test_the_readme_s_map_names_every_folder() -> None:
    readme = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    folders = {Path(name).parts[0] for name in working_tree.files() if "/" in name}

    for folder in folders - {".ci", ".github"}:
        assert f"\n{folder}/" in readme, folder
