"""The question reference says what copier.yml says."""

import subprocess
import sys

from tests.questionnaire import TEMPLATE, choices, questions

REFERENCE = TEMPLATE / "docs" / "reference"


def test_the_page_is_what_would_be_written_now() -> None:
    script = [sys.executable, str(REFERENCE / "generate.py"), "--check"]
    result = subprocess.run(script, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr


def test_every_question_and_every_answer_is_named() -> None:
    page = (REFERENCE / "questions.md").read_text(encoding="utf-8")

    for name, question in questions().items():
        assert f"## `{name}`" in page
        for answer in choices(name, built=False) if "choices" in question else ():
            assert f"| `{answer}`" in page


def test_the_guide_to_choosing_speaks_of_every_choice() -> None:
    guide = (TEMPLATE / "docs" / "choose.md").read_text(encoding="utf-8")

    for name, question in questions().items():
        if "choices" in question:
            assert f"`{name}`" in guide
            for answer in choices(name, built=False):
                assert f"`{answer}`" in guide, f"{name}: {answer}"
