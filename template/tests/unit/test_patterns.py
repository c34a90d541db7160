"""PATTERNS.md is right about where everything is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "PATTERNS.md").read_text(encoding="utf-8")
PATHS = sorted({*re.findall(r"`([\w./-]+)`", TEXT), *re.findall(r"\]\(([\w./-]+)\)", TEXT)})


def test_it_names_modules_tests_and_docs() -> None:
    assert {path.partition("/")[0] for path in PATHS} == {"docs", "src", "tests"}


@pytest.mark.parametrize("path", PATHS)
def test_what_it_names_is_there(path: str) -> None:
    assert (ROOT / path).is_file()
