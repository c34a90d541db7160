"""Updates: they lose no work, they end where a fresh copy ends, and they need no trust."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from copier import run_copy, run_update
from copier.errors import UnsafeTemplateError

from tests.checkout import Checkout
from tests.questionnaire import Answers, choices
from tests.rendering import fast_copier, files_of
from tests.updating import OWNED, commit, scaffold, update

FIRST = {
    "fastapi": f"src/my_service/{OWNED[0]}",
    "litestar": f"src/my_service/{OWNED[0]}",
    "django": f"my_service/state/{OWNED[1]}",
    "flask": f"src/my_service/{OWNED[0]}",
}


@pytest.fixture(autouse=True)
def _fast() -> Iterator[None]:
    """Make Copier fast; `test_a_fast_update_is_a_plain_update` says that it may be."""
    with fast_copier(clones=True):
        yield


def test_an_update_brings_the_change_and_keeps_the_edit(released: Checkout, tmp_path: Path) -> None:
    project = scaffold(released, tmp_path / "svc")
    readme, ours = project / "README.md", project / "src" / "my_service" / "ours.py"
    edited = readme.read_text(encoding="utf-8") + "\n## Our own section\n"
    readme.write_text(edited, encoding="utf-8")
    ours.write_text('"""Ours."""\n', encoding="utf-8")
    commit(project, "Our work")

    template = released.path / "template"
    source = template / "README.md.jinja"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("\n\n", "\n\nA new first line.\n\n", 1), encoding="utf-8")
    (template / "new_file.txt").write_text("new\n", encoding="utf-8")
    released.release("v1.1.0")
    update(project)

    assert readme.read_text(encoding="utf-8") == edited.replace(
        "\n\n", "\n\nA new first line.\n\n", 1
    )
    assert ours.read_text(encoding="utf-8") == '"""Ours."""\n'
    assert (project / "new_file.txt").read_text(encoding="utf-8") == "new\n"
    assert "_commit: v1.1.0\n" in (project / ".copier-answers.yml").read_text(encoding="utf-8")
    assert list(project.rglob("*.rej")) == []


def test_an_edit_that_meets_a_change_is_kept_beside_the_file(
    released: Checkout, tmp_path: Path
) -> None:
    project = scaffold(released, tmp_path / "svc")
    makefile = project / "Makefile"
    first, rest = makefile.read_text(encoding="utf-8").split("\n", 1)
    makefile.write_text(f"{first} And ours.\n{rest}", encoding="utf-8")
    commit(project, "Our work")

    source = next((released.path / "template").glob("Makefile*"))
    _, rest = source.read_text(encoding="utf-8").split("\n", 1)
    source.write_text(f"# Theirs.\n{rest}", encoding="utf-8")
    released.release("v1.1.0")
    update(project)

    assert makefile.read_text(encoding="utf-8").startswith("# Theirs.\n")
    assert "And ours." in (project / "Makefile.rej").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "framework", [name for name in choices("framework", built=True) if name in FIRST]
)
def test_an_edited_first_migration_is_never_touched(
    released: Checkout, tmp_path: Path, framework: str
) -> None:
    project = scaffold(released, tmp_path / "svc", {"framework": framework})
    migration = project / FIRST[framework]
    migration.write_text('"""Ours."""\n', encoding="utf-8")
    commit(project, "Our work")

    for source in (released.path / "template").rglob("0001_initial.py*"):
        source.write_text(source.read_text(encoding="utf-8") + "\n# Theirs.\n", encoding="utf-8")
    released.release("v1.1.0")
    update(project)

    assert migration.read_text(encoding="utf-8") == '"""Ours."""\n'
    assert list(project.rglob("*.rej")) == []


def test_an_edited_file_that_a_switch_removes_is_kept_as_a_rejected_edit(
    released: Checkout, tmp_path: Path
) -> None:
    project = scaffold(released, tmp_path / "svc")
    workflow = next((project / ".github" / "workflows").glob("*.yml"))
    workflow.write_text("# Ours.\n" + workflow.read_text(encoding="utf-8"), encoding="utf-8")
    commit(project, "Our work")
    update(project, {"ci": "none"}, keep_version=True)

    assert not workflow.exists()
    rejected = workflow.with_name(f"{workflow.name}.rej")
    assert "# Ours." in rejected.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change", [{"project_name": "Blue Shop"}, {"package": "blue_shop"}, {"description": "Sells."}]
)
def test_a_changed_name_ends_where_a_fresh_copy_ends(
    released: Checkout, tmp_path: Path, change: Answers
) -> None:
    # A package that was derived stays when the name changes: it is an answer of its own.
    answers = {"package": "my_service", **change}
    # First, so that no part of the update stands in for it: see `fast_copier`.
    fresh = scaffold(released, tmp_path / "fresh", answers)
    project = scaffold(released, tmp_path / "svc")
    update(project, change, keep_version=True)

    assert files_of(project) == files_of(fresh)


def test_a_template_with_tasks_would_be_refused_without_trust_and_ours_is_not(
    released: Checkout, tmp_path: Path
) -> None:
    """`run_copy` and `run_update` are as strict as the command line without `--trust`."""
    project = scaffold(released, tmp_path / "svc")
    released.git("commit", "--quiet", "--allow-empty", "--message", "Next")
    released.git("tag", "v1.1.0")
    update(project)
    commit(project, "Updated")

    config = released.path / "copier.yml"
    config.write_text(config.read_text(encoding="utf-8") + '_tasks: ["true"]\n', encoding="utf-8")
    released.release("v1.2.0")
    with pytest.raises(UnsafeTemplateError):
        run_copy(str(released.path), tmp_path / "other", defaults=True, quiet=True)
    with pytest.raises(UnsafeTemplateError):
        update(project)


def test_a_versioned_migration_carries_edits_over_a_rename(
    released: Checkout, tmp_path: Path
) -> None:
    """The shape that hooks/migrate.py describes, in a real update that crosses its version."""
    template = released.path / "template"
    (template / "old.txt").write_text("one\ntwo\nthree\n", encoding="utf-8")
    released.release("v1.1.0")
    project = scaffold(released, tmp_path / "svc")
    (project / "old.txt").write_text("one\ntwo\nthree\nours\n", encoding="utf-8")
    commit(project, "Our work")

    (template / "old.txt").rename(template / "new.txt")
    (template / "new.txt").write_text("zero\none\ntwo\nthree\n", encoding="utf-8")
    hook = released.path / "hooks" / "migrate.py"
    registry = "MappingProxyType({})"
    entry = 'MappingProxyType({"v2.0.0": lambda project: rename(project, "old.txt", "new.txt")})'
    assert registry in hook.read_text(encoding="utf-8")
    hook.write_text(hook.read_text(encoding="utf-8").replace(registry, entry), encoding="utf-8")
    described = hook.read_text(encoding="utf-8").split("- version:")[1].split("\n\n")[0]
    lines = [line.removeprefix("    ") for line in f"    - version:{described}".splitlines()]
    config = released.path / "copier.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text + "_migrations:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    released.release("v2.0.0")

    with pytest.raises(UnsafeTemplateError):
        update(project)
    run_update(project, defaults=True, overwrite=True, quiet=True, unsafe=True, conflict="rej")
    assert not (project / "old.txt").exists()
    kept = "".join(
        file.read_text(encoding="utf-8") for file in project.glob("new.txt*") if file.is_file()
    )
    assert "ours" in kept
    assert "zero" in kept
