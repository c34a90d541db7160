"""Branches belong in furniture, and few of them: pattern code has none, but layers."""

import re

import pytest

from tests import working_tree
from tests.questionnaire import TEMPLATE

ROOT = TEMPLATE / "template"
CONTROL = re.compile(r"\{%[-+]? *(?:if|elif|else|for|macro|call|filter|set)\b")
SEAMS = {
    "0001_initial.py",
    "api.py",
    "app.py",
    "conftest.py",
    "dependencies.py",
    "extensions.py",
    "flags.py",
    "metadata.py",
    "permissions.py",
    "resources.py",
    "settings.py",
}


def rendered_files() -> list[str]:
    names = working_tree.files("template")
    return [name.removeprefix("template/") for name in names if name.endswith(".jinja")]


def budget(file: str) -> int:
    name = file.rpartition("/")[2].removesuffix(".jinja")
    if name == "pyproject.toml":
        return 15
    return 12 if name in SEAMS or not name.endswith(".py") else 0


@pytest.mark.parametrize("file", rendered_files())
def test_a_file_keeps_to_its_budget_of_control_tags(file: str) -> None:
    tags = CONTROL.findall((ROOT / file).read_text(encoding="utf-8"))

    assert len(tags) <= budget(file), f"{len(tags)} control tags; choose a layer instead"


def test_raw_answers_are_not_compared_where_a_layer_word_says_it() -> None:
    raw = re.compile(r"\{%[^%]*\b(?:framework|database|cache|auth|ci)\b *(?:==|!=|in\b)[^%]*%\}")

    for file in rendered_files():
        assert not raw.search((ROOT / file).read_text(encoding="utf-8")), file
