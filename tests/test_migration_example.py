"""A release as it may come one day: a file renamed, a choice renamed, a question new.

It is the worked example of hooks/migrate.py: what the template's side writes, and what an owner who
edited the renamed file, and had chosen the renamed choice, gets of it.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_update
from tools import update as command

from tests.checkout import IDENTITY, Checkout, run
from tests.questionnaire import TEMPLATE

LINES = "".join(f"line {number}\n" for number in range(1, 21))
BEFORE = """\
_subdirectory: template
cache: {type: str, default: memory, choices: [memory, valkey]}
"""
AFTER = """\
_subdirectory: template
_migrations:
  - version: v2.0.0
    when: "{{ _stage == 'before' }}"
    command: ["{{ _copier_python }}", "{{ _copier_conf.src_path }}/hooks/migrate.py", "v2.0.0"]
cache: {type: str, default: memory, choices: [memory, redis]}
colour: {type: str, default: red}
"""
REGISTRY = "MappingProxyType({})"
TO_TWO = '''MappingProxyType({"v2.0.0": to_two})


def to_two(project: Path) -> None:
    """Keep what lay in store.py, and what was called valkey."""
    rename(project, "core/store.py", "core/keep.py")
    change_answer(project, "cache", {"valkey": "redis"})
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return an edited service of v1.0.0, whose template has released v2.0.0 meanwhile."""
    template = Checkout(tmp_path / "template")
    store = template.path / "template" / "core" / "store.py"
    store.parent.mkdir(parents=True)
    store.write_text(LINES, encoding="utf-8")
    answers = template.path / "template" / "{{ _copier_conf.answers_file }}.jinja"
    answers.write_text("{{ _copier_answers | to_nice_yaml -}}\n", encoding="utf-8")
    (template.path / "copier.yml").write_text(BEFORE, encoding="utf-8")
    template.git("init", "--quiet", "--initial-branch=main")
    template.release("v1.0.0")

    project = tmp_path / "svc"
    run_copy(str(template.path), project, data={"cache": "valkey"}, defaults=True, quiet=True)
    (project / "core/store.py").write_text(LINES.replace("line 2\n", "ours\n"), encoding="utf-8")
    run(project, "git", "init", "--quiet")
    commit(project)

    store.rename(store.with_name("keep.py"))
    store.with_name("keep.py").write_text(LINES.replace("line 18\n", "theirs\n"), encoding="utf-8")
    (template.path / "copier.yml").write_text(AFTER, encoding="utf-8")
    shutil.copytree(TEMPLATE / "hooks", template.path / "hooks")
    hook = template.path / "hooks" / "migrate.py"
    text = hook.read_text(encoding="utf-8")
    assert text.count(REGISTRY) == 1
    defined = TO_TWO.split("\n\n\n")
    text = text.replace("# One line for each", f"{defined[1]}\n\n# One line for each")
    hook.write_text(text.replace(REGISTRY, defined[0]), encoding="utf-8")
    template.release("v2.0.0")
    return project


def commit(project: Path) -> None:
    run(project, "git", "add", "--all")
    assert run(project, "git", *IDENTITY, "commit", "--quiet", "--message=Ours").returncode == 0


def answers_of(project: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8")))


def test_make_update_asks_for_trust_and_touches_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["update", "--yes"], project) == 1
    said = capsys.readouterr().err
    assert "run `uvx copier update --trust --defaults --conflict rej`, then `make update-f" in said
    assert run(project, "git", "status", "--porcelain").stdout == ""


def test_the_trusted_update_keeps_the_edit_and_the_choice_and_asks_what_is_new(
    project: Path,
) -> None:
    run_update(project, defaults=True, overwrite=True, quiet=True, unsafe=True, conflict="rej")

    assert answers_of(project)["cache"] == "redis"
    assert answers_of(project)["colour"] == "red"
    assert not (project / "core" / "store.py").exists()
    files = {file.name: file.read_text(encoding="utf-8") for file in project.glob("core/*")}
    assert files.keys() == {"keep.py", "keep.py.rej"}
    assert files["keep.py"] == LINES.replace("line 18\n", "theirs\n")
    assert "+ours\n" in files["keep.py.rej"], "the whole file of the owner, under its new name"
    assert command.main(["finish"], project) == 1


def test_without_the_migration_the_choice_would_be_lost_and_make_update_says_so(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = Checkout(project.with_name("template"))
    config = template.path / "copier.yml"
    text = config.read_text(encoding="utf-8")
    start, end = text.index("_migrations"), text.index("cache:")
    config.write_text(text[:start] + text[end:], encoding="utf-8")
    template.git("tag", "--delete", "v2.0.0")
    template.release("v2.0.0")

    assert command.main(["update", "--yes"], project) == 1
    said = capsys.readouterr()
    assert "  cache: valkey -> memory\n" in said.out
    assert "  colour: red (a new question)\n" in said.out
    assert "* removed core/store.py; your edit goes to core/store.py.rej\n" in said.out
    assert "takes the recorded answer to cache no more" in said.err
