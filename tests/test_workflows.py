"""GitHub workflows, ours and those of generated services: pinned, least privilege, no injection."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.questionnaire import TEMPLATE, Answers, choices
from tests.rendering import fast_copier, render

ZIZMOR = [str(Path(sys.executable).parent / "zizmor"), "--offline", "--quiet"]


def findings(place: Path) -> str:
    result = subprocess.run(
        [*ZIZMOR, str(place / ".github")], capture_output=True, text=True, check=False
    )
    return "" if result.returncode == 0 else result.stdout + result.stderr


def test_our_workflows_are_sound() -> None:
    assert findings(TEMPLATE) == ""


@pytest.mark.parametrize("database", choices("database", built=True))
def test_generated_workflows_are_sound(database: str, template: Path, tmp_path: Path) -> None:
    answers: Answers = {"database": database, "ci": "github"}
    with fast_copier():
        project = render(template, tmp_path / "svc", answers)

    assert findings(project) == ""
