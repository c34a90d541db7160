"""Updates: they lose no work, they end where a fresh copy ends, and they need no trust."""

import shutil
from collections.abc import Iterable, Iterator
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from copier import VcsRef, run_copy, run_update
from copier.errors import UnsafeTemplateError

from tests.checkout import IDENTITY, Checkout, run
from tests.questionnaire import EXTRAS, STACK, Answer, Answers, choices, combinations, label
from tests.rendering import fast_copier, files_of

# Never updated once they exist, so a switch leaves what the owner has: copier.yml, _skip_if_exists.
OWNED = ("migrations/versions/0001_initial.py", "migrations/0001_initial.py")
FIRST = {
    "fastapi": f"src/my_service/{OWNED[0]}",
    "litestar": f"src/my_service/{OWNED[0]}",
    "django": f"my_service/state/{OWNED[1]}",
    "flask": f"src/my_service/{OWNED[0]}",
}


def scaffold(checkout: Checkout, target: Path, answers: Answers | None = None) -> Path:
    """Copy the newest release, and commit the result, as an owner does."""
    run_copy(str(checkout.path), target, data=answers or {}, defaults=True, quiet=True)
    commit(target, "Start", "init")
    return target


def commit(project: Path, message: str, *before: str) -> None:
    for command in (*(["init", "--quiet"] if before else [],), ["add", "--all"]):
        if command:
            assert run(project, "git", *command).returncode == 0
    result = run(project, "git", *IDENTITY, "commit", "--quiet", "--message", message)
    assert result.returncode == 0, result.stdout


def update(project: Path, answers: Answers | None = None, *, keep_version: bool = False) -> None:
    run_update(
        project,
        data=answers or {},
        vcs_ref=VcsRef.CURRENT if keep_version else None,
        defaults=True,
        overwrite=True,
        quiet=True,
        conflict="rej",
    )


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


def switches(
    questions: Iterable[str] = (*STACK, *EXTRAS),
) -> Iterator[tuple[str, list[Answer]]]:
    """Yield each question with a walk over its answers that makes every switch once."""
    for question in questions:
        answers = choices(question, built=True)
        walk = answers[:1]
        left = set(permutations(answers, 2))
        while left:
            here = walk[-1]
            onward = [pair for pair in left if pair[0] == here]
            if not onward:
                break
            # The answer with most switches left: this order never strands the walk.
            step = max(onward, key=lambda pair: (sum(p[0] == pair[1] for p in left), str(pair)))
            left.remove(step)
            walk.append(step[1])
        if len(walk) > 1:
            yield question, walk


def walk_through(
    checkout: Checkout, folder: Path, others: Answers, question: str, walk: list[Answer]
) -> None:
    """Give one answer after the other, and compare each time with a fresh copy."""
    project = scaffold(checkout, folder / "svc", others | {question: walk[0]})
    for step, answer in enumerate(walk[1:]):
        fresh = folder / f"fresh-{step}"
        answers = others | {question: answer}
        update(project, {question: answer}, keep_version=True)
        run_copy(str(checkout.path), fresh, data=answers, defaults=True, quiet=True)
        expected, actual = files_of(fresh), files_of(project)
        for files in (expected, actual):
            for path in [path for path in files if path.endswith(OWNED)]:
                del files[path]
        assert actual.keys() == expected.keys(), label(answers)
        different = [path for path in actual if actual[path] != expected[path]]
        assert different == [], label(answers)
        empty = [d for d in project.rglob("*") if d.is_dir() and not any(d.iterdir())]
        assert [d for d in empty if ".git" not in d.parts] == []
        shutil.rmtree(fresh)
        commit(project, f"Switch to {answer}")


@pytest.mark.parametrize(
    ("question", "walk"), [pytest.param(*switch, id=switch[0]) for switch in switches()]
)
def test_every_switch_of_one_answer_ends_where_a_fresh_copy_ends(
    released: Checkout, tmp_path: Path, question: str, walk: list[Answer]
) -> None:
    assert set(permutations(choices(question, built=True), 2)) == set(pairwise(walk))
    with fast_copier(clones=True):
        walk_through(released, tmp_path, {}, question, walk)


@pytest.mark.exhaustive
@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    ("question", "walk"), [pytest.param(*switch, id=switch[0]) for switch in switches(STACK)]
)
def test_every_switch_of_one_answer_of_every_stack_ends_where_a_fresh_copy_ends(
    released: Checkout, tmp_path: Path, question: str, walk: list[Answer]
) -> None:
    others = [name for name in STACK if name != question]
    with fast_copier(clones=True):
        for number, answers in enumerate(combinations(others, built=True)):
            walk_through(released, tmp_path / str(number), answers, question, walk)
            shutil.rmtree(tmp_path / str(number))


def test_a_fast_update_is_a_plain_update(released: Checkout, tmp_path: Path) -> None:
    answers: Answers = {"auth": "none", "license": "mit"}
    plain, fast = (scaffold(released, tmp_path / name) for name in ("plain", "fast"))
    update(plain, answers, keep_version=True)
    with fast_copier(clones=True):
        update(fast, {"ci": "none"}, keep_version=True)
        commit(fast, "Switch")
        update(fast, {"ci": "github", **answers}, keep_version=True)

    assert files_of(fast) == files_of(plain)


@pytest.mark.parametrize(
    "change", [{"project_name": "Blue Shop"}, {"package": "blue_shop"}, {"description": "Sells."}]
)
def test_a_changed_name_ends_where_a_fresh_copy_ends(
    released: Checkout, tmp_path: Path, change: Answers
) -> None:
    # A package that was derived stays when the name changes: it is an answer of its own.
    project = scaffold(released, tmp_path / "svc")
    update(project, change, keep_version=True)
    answers = {"package": "my_service", **change}
    fresh = tmp_path / "fresh"
    run_copy(str(released.path), fresh, data=answers, defaults=True, quiet=True)

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
