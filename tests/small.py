"""A template of a few files, so that an update of its services takes about a second."""

import shutil
from pathlib import Path
from typing import Any

from copier import run_copy

from tests.checkout import IDENTITY, Checkout, run
from tests.rendering import fast_copier, render

QUESTIONS = """\
_subdirectory: template
_skip_if_exists: ["owned.txt"]
cache: {type: str, default: memory, choices: [memory, redis, mem]}
name: {type: str, default: svc}
redis: {type: str, when: false, default: "{{ '.' if cache == 'redis' else '' }}"}
"""
CHANGELOG = "# Changelog\n\n## 1.0.0\n\n- **furniture**: the beginning.\n"
PATTERNS = "| [cache](docs/cache.md) | keeps | `core/store.py` | `tests/test_store.py` |\n"
LINES = "".join(f"line {number}\n" for number in range(1, 21))
OLD_ICON, NEW_ICON, OUR_ICON = (b"\0PNG" + bytes([number]) * 64 for number in (1, 2, 3))


def make(path: Path) -> Checkout:
    """Make the small template, released as v1.0.0."""
    checkout = Checkout(path)
    files = {
        "copier.yml": QUESTIONS,
        "CHANGELOG.md": CHANGELOG,
        "template/{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
        "template/PATTERNS.md": PATTERNS,
        "template/core/store.py": LINES,
        "template/core/plain.py": LINES,
        "template/core/named.txt.jinja": "{{ name }} keeps in {{ cache }}\n",
        "template/.gitignore": "*.secret\n__pycache__/\n",
        "template/owned.txt": "the owner's from the start\n",
        "template/{{ redis }}/deploy/redis.conf": LINES,
    }
    for name, text in files.items():
        write(checkout.path / name, text)
    (checkout.path / "template" / "icon.bin").write_bytes(OLD_ICON)
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.release("v1.0.0")
    return checkout


def write(file: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text, which must be there, once."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def commit(project: Path, message: str = "Our work") -> None:
    """Commit everything."""
    assert run(project, "git", "add", "--all").returncode == 0
    result = run(project, "git", *IDENTITY, "commit", "--quiet", "--message", message)
    assert result.returncode == 0, result.stdout + result.stderr


def start(checkout: Checkout, project: Path, **answers: Any) -> Path:  # noqa: ANN401
    """Copy the newest release, and commit the result, as an owner does."""
    run_copy(str(checkout.path), project, data=answers, defaults=True, quiet=True)
    assert run(project, "git", "init", "--quiet", "--initial-branch=main").returncode == 0
    commit(project, "Start")
    return project


def status(project: Path) -> str:
    """Return what git says is not committed."""
    return run(project, "git", "status", "--porcelain").stdout


def release_with_tools(small: Checkout, template: Path, space: Path, framework: str) -> None:
    """Release, as v1.1.0, the real Makefile and update commands of a framework's services."""
    with fast_copier():
        real = render(template, space / "real", {"framework": framework})
    shutil.copy2(real / "Makefile", small.path / "template" / "Makefile")
    shutil.copytree(real / "tools", small.path / "template" / "tools")
    small.release("v1.1.0")
