"""What anyone may count on, in ten small stories."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pytest_copie.plugin import Copie, Result

Copy = Callable[..., Result]


@pytest.fixture
def copy(copie: Copie, template: Path) -> Copy:
    """Copy the template with some answers; the rest are defaults."""

    def make(**answers: object) -> Result:
        return copie.copy(extra_answers=answers, template_dir=template)

    return make


def project_of(result: Result) -> Path:
    assert result.exit_code == 0, result.exception
    assert isinstance(result.project_dir, Path)
    return result.project_dir


def packages_of(project: Path) -> set[str]:
    table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return {item.split("[")[0].split(">")[0] for item in table["project"]["dependencies"]}


def test_the_defaults_make_a_service_that_says_what_it_is(copy: Copy) -> None:
    result = copy()
    project = project_of(result)

    assert result.answers["framework"] == "fastapi"
    for file in ("README.md", "Makefile", "pyproject.toml", "PATTERNS.md", ".env.example"):
        assert (project / file).is_file(), file
    assert (project / "README.md").read_text(encoding="utf-8").startswith("# My Service\n")


def test_the_package_is_named_after_the_project(copy: Copy) -> None:
    project = project_of(copy(project_name="Blue Shop"))

    assert [folder.name for folder in (project / "src").iterdir()] == ["blue_shop"]


def test_tokens_bring_accounts_and_the_libraries_for_them(copy: Copy) -> None:
    project = project_of(copy(auth="jwt"))

    assert (project / "src" / "my_service" / "auth" / "tokens.py").is_file()
    assert {"pwdlib", "pyjwt"} <= packages_of(project)


def test_without_auth_nothing_of_it_is_there(copy: Copy) -> None:
    project = project_of(copy(auth="none"))

    assert not (project / "src" / "my_service" / "auth").exists()
    assert packages_of(project) & {"pwdlib", "pyjwt"} == set()
    for file in project.rglob("*.py"):
        assert "secret_key" not in file.read_text(encoding="utf-8"), file


def test_the_example_comes_with_its_tests(copy: Copy) -> None:
    project = project_of(copy(example=True))

    assert (project / "src" / "my_service" / "products" / "router.py").is_file()
    assert list((project / "tests").rglob("test_products.py"))


def test_without_the_example_the_patterns_stay(copy: Copy) -> None:
    project = project_of(copy(example=False))

    core = project / "src" / "my_service" / "core"
    assert not (project / "src" / "my_service" / "products").exists()
    assert not list((project / "tests").rglob("test_products.py"))
    for word in ("cache", "clients", "components", "concurrency", "errors", "flags", "state"):
        assert (core / f"{word}.py").is_file(), word
        assert list((project / "tests").rglob(f"test_{word}.py")), word


def test_the_pipeline_runs_what_a_developer_runs(copy: Copy) -> None:
    for ci, file in (("github", ".github/workflows/check.yml"), ("gitlab", ".gitlab-ci.yml")):
        project = project_of(copy(ci=ci))
        assert "make check" in (project / file).read_text(encoding="utf-8")
    project = project_of(copy(ci="none"))
    assert not (project / ".github").exists()
    assert not (project / ".gitlab-ci.yml").exists()


def test_a_license_is_written_and_named(copy: Copy) -> None:
    project = project_of(copy(license="mit"))
    table = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))

    assert table["project"]["license"] == "MIT"
    assert "MIT License" in (project / "LICENSE").read_text(encoding="utf-8")
    assert not (project_of(copy()) / "LICENSE").exists()


def test_embedded_defaults_need_no_server(copy: Copy) -> None:
    project = project_of(copy())

    assert not (project / "compose.yaml").exists()
    settings = (project / ".env.example").read_text(encoding="utf-8")
    assert "sqlite:///" in settings


def test_every_pattern_in_the_table_names_files_that_exist(copy: Copy) -> None:
    project = project_of(copy())
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (project / "PATTERNS.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "`" in line
    ]

    assert len(rows) >= 15
    for row in rows:
        for path in (word for cell in row for word in cell.split("`")[1::2] if "/" in word):
            assert (project / path).exists(), path


def test_the_answers_are_kept_for_updates(copy: Copy) -> None:
    result = copy(project_name="Blue Shop", auth="none")
    text = (project_of(result) / ".copier-answers.yml").read_text(encoding="utf-8")

    recorded = yaml.safe_load(text)
    assert recorded["project_name"] == "Blue Shop"
    assert recorded["auth"] == "none"
    assert {key: recorded[key] for key in result.answers} == result.answers


def test_a_bad_answer_makes_nothing(copy: Copy) -> None:
    result = copy(package="class")

    assert result.exit_code == -1
    assert isinstance(result.exception, ValueError)
    assert result.project_dir is None
