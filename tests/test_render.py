"""Every combination, rendered: what comes out is whole, clean, and looks hand-written."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import sweep
from tests.covering import missing_pairs
from tests.questionnaire import (
    EXTRAS,
    STACK,
    TEMPLATE,
    Answers,
    choices,
    combinations,
    computed,
    label,
    questions,
)
from tests.rendering import fast_copier, files_of, render
from tests.test_layers import output_path, template_files, wanted_layers

pytestmark = pytest.mark.xdist_group("sweep")

WORDS = "|".join([*questions(), *computed(), "_copier_conf", "_copier_answers"])
TAGS = "if|elif|else|endif|for|endfor|set|include|import|raw|endraw"
LEFTOVER = re.compile(rf"(?<!\$)\{{\{{[-+]? *(?:{WORDS})\b|\{{%[-+]? *(?:{TAGS})\b")
# Databases, caches, frameworks and a protocol, as text names them and what is made for them.
NAMES = {
    "database": {
        "sqlite": "sqlite",
        "postgresql": "postgres|psycopg|asyncpg",
        "mysql": "mysql|mariadb|utf8mb4",
    },
    "cache": {"redis": "redis(?!tribut)|valkey", "memcached": "memcache"},
    "auth": {"oidc": "oidc|openid"},
    "framework": {name: name for name in ("fastapi", "litestar", "django", "flask")},
}
# An answer for `make switch`, a class of Django's, and what Django's reader of URLs is tried with.
EXAMPLES = re.compile(r"""ANSWERS='-d cache=redis'|LocMemCache|sqlite://|scheme="sqlite\"""")
LOADERS: dict[str, Callable[[str], Any]] = {
    ".toml": tomllib.loads,
    ".yml": yaml.safe_load,
    ".yaml": yaml.safe_load,
    ".json": json.loads,
}


@pytest.fixture(scope="module")
def rendered(
    template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Answers, Path]]]:
    """Render every combination once, and every name; keep them by their label."""
    root = tmp_path_factory.mktemp("sweep")
    projects: dict[str, tuple[Answers, Path]] = {}
    with fast_copier():
        for answers in [*sweep.every_stack(), *sweep.every_name()]:
            name = f"{len(projects):04d}-{label({key: answers[key] for key in STACK})}"
            projects[name] = (answers, render(template, root / name, answers))
    yield projects
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def distinct(rendered: dict[str, tuple[Answers, Path]]) -> list[tuple[str, str, str]]:
    """Return where each file is, its path and its text; what is alike in many projects once."""
    found = {
        (file, content): f"{name}: {file}"
        for name, (_, project) in rendered.items()
        for file, content in files_of(project).items()
    }
    return [(where, file, content.decode()) for (file, content), where in found.items()]


def test_the_sweep_meets_every_pair_of_answers() -> None:
    axes = {name: choices(name, built=True) for name in (*STACK, *EXTRAS)}

    assert missing_pairs(axes, sweep.every_stack()) == set()


def test_the_names_of_the_sweep_are_as_long_and_as_short_as_they_can_be() -> None:
    assert (len(sweep.LONG_PACKAGE), len(sweep.LONG_NAME), len(sweep.LONG_DESCRIPTION)) == (
        30,
        60,
        200,
    )
    assert len(sweep.SHORT_PACKAGE) == 1


def test_every_python_file_compiles(distinct: list[tuple[str, str, str]]) -> None:
    for where, file, text in distinct:
        if file.endswith(".py"):
            compile(text, where, "exec", dont_inherit=True)


def test_ruff_finds_nothing(rendered: dict[str, tuple[Answers, Path]]) -> None:
    """With each project's own configuration, in one run over all of them."""
    root = next(project for _, project in rendered.values()).parent
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--no-cache", "--quiet"], ["format", "--check", "--no-cache"]):
        result = subprocess.run(
            [*ruff, *command, str(root)], capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, (result.stdout + result.stderr)[:6000]


def test_nothing_of_the_template_is_left_in_the_text(
    distinct: list[tuple[str, str, str]],
) -> None:
    for where, file, text in distinct:
        leftover = LEFTOVER.search(text)
        assert leftover is None, f"{where}: {leftover}"
        assert "{{" not in file, where


def test_what_was_not_asked_for_is_not_named(
    rendered: dict[str, tuple[Answers, Path]],
) -> None:
    searched: set[tuple[str, str, bytes]] = set()
    for name, (answers, project) in rendered.items():
        others = [
            word
            for question, words in NAMES.items()
            for choice, word in words.items()
            if choice != answers[question]
        ]
        pattern = re.compile("|".join(others), re.IGNORECASE)
        for file, content in files_of(project).items():
            if (
                file == ".copier-answers.yml"
                or (key := (pattern.pattern, file, content)) in searched
            ):
                continue
            searched.add(key)
            named = pattern.search(EXAMPLES.sub("", content.decode()))
            assert named is None, f"{name}: {file}: {named}"


def test_the_text_is_tidy(distinct: list[tuple[str, str, str]]) -> None:
    blank_lines = re.compile(r"\n\n\n")
    for where, file, text in distinct:
        if not text:
            continue
        assert text.endswith("\n"), f"{where}: no newline at the end"
        assert not text.endswith("\n\n"), f"{where}: blank line at the end"
        assert not text.startswith("\n"), f"{where}: blank line at the start"
        assert not re.search(r"[ \t]\n", text), f"{where}: space at the end of a line"
        assert file.endswith((".py", ".mako")) or not blank_lines.search(text), (
            f"{where}: two blank lines"
        )


def test_configuration_files_can_be_read(distinct: list[tuple[str, str, str]]) -> None:
    for where, file, text in distinct:
        loader = LOADERS.get(Path(file).suffix)
        if loader:
            assert loader(text), where


def test_the_names_arrive_whole(rendered: dict[str, tuple[Answers, Path]]) -> None:
    for answers, project in rendered.values():
        if "description" not in answers:
            continue
        table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
        assert table["project"]["description"] == answers["description"]
        assert table["project"]["name"] == str(answers["package"]).replace("_", "-")
        title = (project / "README.md").read_text(encoding="utf-8").splitlines()[0]
        assert title == f"# {answers['project_name']}"


def test_git_ignores_no_file_that_was_rendered(
    rendered: dict[str, tuple[Answers, Path]],
) -> None:
    git = ["git", "-c", "core.excludesFile="]
    for name, (_, project) in rendered.items():
        subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
        status = subprocess.run(
            [*git, "status", "--porcelain", "--ignored", "--untracked-files=all"],
            cwd=project,
            capture_output=True,
            text=True,
            check=True,
        )
        shutil.rmtree(project / ".git")
        ignored = [line for line in status.stdout.splitlines() if line.startswith("!!")]
        assert ignored == [], name


def test_what_an_image_is_built_from_is_let_through(
    rendered: dict[str, tuple[Answers, Path]],
) -> None:
    for name, (_, project) in rendered.items():
        ignored = (project / ".dockerignore").read_text(encoding="utf-8").splitlines()
        assert "*" in ignored
        copied = re.findall(
            r"^COPY (?!--from)(.+) \S+$",
            (project / "Dockerfile").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        for file in " ".join(copied).split():
            assert f"!{file}" in ignored, f"{name}: {file}"
            assert (project / file).exists() or file == "uv.lock", f"{name}: {file}"


def test_the_layer_lint_knows_what_is_rendered(
    rendered: dict[str, tuple[Answers, Path]],
) -> None:
    """The static lint and Copier agree on which files appear."""
    from tests.questionnaire import active_layers, source  # noqa: PLC0415

    default = {name: question["default"] for name, question in questions().items()}
    for answers, project in rendered.values():
        active = active_layers(default | answers)
        package = str(answers.get("package", "my_service"))
        expected = {
            output_path(file, source(default | answers)).replace("{{ package }}", package)
            for file in template_files()
            if wanted_layers(file) <= active
        }
        expected.remove("{{ _copier_conf.answers_file }}")
        assert set(files_of(project)) - {".copier-answers.yml"} == expected


def test_an_environment_file_that_git_ignores_is_never_rendered() -> None:
    assert not list((TEMPLATE / "template").rglob(".env"))
    assert len(list(combinations(STACK, built=True))) >= 4
