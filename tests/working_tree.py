"""The working tree of the template as git would commit it: nothing that git ignores."""

import shutil
import subprocess
from pathlib import Path

from tests.questionnaire import TEMPLATE


def files(*places: str) -> list[str]:
    """Return the files under the named places, or everywhere, that are tracked or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    result = subprocess.run(
        [*command, *places], cwd=TEMPLATE, capture_output=True, text=True, check=True
    )
    return sorted(
        name for name in set(result.stdout.split("\0")) if name and (TEMPLATE / name).is_file()
    )


def copy(target: Path, *places: str) -> Path:
    """Copy those files to a folder."""
    for name in files(*places):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TEMPLATE / name, target / name)
    return target
