"""The questions: what they take, what they refuse and how, and what is derived from the answers."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.questionnaire import choices, computed, config, questions
from tests.rendering import render

pytestmark = pytest.mark.usefixtures("fast")

PROJECT_NAMES = {
    "empty": "",
    "a space": " ",
    "leading space": " Shop",
    "trailing space": "Shop ",
    "two spaces": "My  Shop",
    "no letter": "42",
    "61 characters": "a" * 61,
    "trailing newline": "Shop\n",
    "second line": "Shop\nevil: true",
    "carriage return": "Shop\rX",
    "tab": "My\tShop",
    "NUL": "Shop\0",
    "escape": "Shop\x1b[31m",
    "line separator": "Shop\u2028X",
    "zero width": "Sh\u200bop",
    "right to left override": "Shop\u202eX",
    "double quote": 'My "Shop"',
    "quote": "Bob's Shop",
    "backslash": "My\\Shop",
    "backtick": "My `Shop`",
    "braces": "My {{ package }}",
    "control tag": "{% raw %}",
    "bracket": "[Shop]",
    "angle": "<b>Shop</b>",
    "dollar": "Shop $(HOME)",
    "hash": "Shop #1",
    "colon": "Shop: the service",
    "star": "*Shop*",
    "pipe": "Shop | more",
    "percent": "Shop %s",
    "leading dash": "-Shop",
    "leading dot": ".Shop",
    "path": "../Shop",
    "emoji": "Shop \N{PARTY POPPER}",
}
PACKAGES = {
    "empty": "",
    "capital": "Shop",
    "dash": "my-shop",
    "dot": "my.shop",
    "space": "my shop",
    "leading digit": "1shop",
    "leading underscore": "_shop",
    "trailing underscore": "shop_",
    "double underscore": "my__shop",
    "31 characters": "a" * 31,
    "31 words": "a_" * 15 + "a",
    "trailing newline": "shop\n",
    "not ASCII": "caf\u00e9",
    "digit that is not ASCII": "shop\u0661",
    "parent": "../shop",
    "path": "my/shop",
    "windows path": "my\\shop",
    "absolute": "/shop",
    "dots": "..",
    "template": "{{ slug }}",
    "quote": "shop'",
    "keyword": "class",
    "soft keyword": "match",
    "built-in": "list",
    "standard library": "json",
    "new in 3.14": "annotationlib",
    "removed in 3.12": "distutils",
    "framework": "fastapi",
    "other framework": "django",
    "library": "sqlalchemy",
    "library with underscore": "pydantic_settings",
    "cache library": "redis",
    "test": "test",
    "tests": "tests",
    "src": "src",
    "docs": "docs",
    "config": "config",
    "core": "core",
    "system database": "mysql",
    "windows device": "nul",
}
DESCRIPTIONS = {
    "empty": "",
    "201 characters": "a" * 201,
    "trailing newline": "Sells things.\n",
    "two lines": "Sells\nthings.",
    "double quote": 'Sells "things".',
    "three quotes": 'Ends a docstring """.',
    "quote": "Sells Bob's things.",
    "backslash": "Sells \\ things.",
    "backtick": "Sells `things`.",
    "braces": "Sells {{ things }}.",
    "dollar": "Sells $things.",
    "hash": "Sells things #1.",
    "percent": "Sells 100%s things.",
    "angle": "Sells <script>.",
    "trailing space": "Sells things. ",
    "leading space": " Sells things.",
    "only marks": "...",
    "escape": "Sells \x1b[31m.",
}


def complaint(template: Path, target: Path, answers: Mapping[str, Any]) -> str:
    """Return what Copier says about the answers; a destination must not come to be."""
    with pytest.raises(ValueError, match=r"\S") as refusal:
        render(template, target, answers)
    assert not target.exists()
    return str(refusal.value)


def recorded(project: Path) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load((project / ".copier-answers.yml").read_text())
    return answers


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param(question, answer, id=f"{question}: {case}")
        for question, cases in (
            ("project_name", PROJECT_NAMES),
            ("package", PACKAGES),
            ("description", DESCRIPTIONS),
        )
        for case, answer in cases.items()
    ],
)
def test_a_bad_name_is_refused_in_one_sentence_that_shows_it(
    questions_only: Path, tmp_path: Path, question: str, answer: str
) -> None:
    said = complaint(questions_only, tmp_path / "svc", {question: answer})

    assert said.startswith(f"Validation error for question '{question}': \"")
    assert "\n" not in said
    assert len(said) < 300
    shown = said.partition('"')[2]
    assert shown.startswith(re.split(r"[^\w /.-]", answer)[0][:80])


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("My Service", "my_service"),
        ("Shop", "shop"),
        ("R2-D2 + C.3PO, Ltd.", "r2_d2_c_3po_ltd"),
        ("42 Degrees", "degrees"),
        ("Test", "test_service"),
        ("Django", "django_service"),
        ("Class", "class_service"),
        ("\u0141\u00f3d\u017a", "d"),
        ("\u670d\u52a1", "service"),
        ("a" * 60, "a" * 30),
        (
            "The long and winding name of a service that goes on for ever",
            "the_long_and_winding_name_of_a",
        ),
        ("Flask Session", "flask_session_service"),
        ("Pydantic Settings Performance", "pydantic_settings_performance"),
        ("Performance Schema", "performance_schema_service"),
        ("x", "x"),
    ],
)
def test_a_package_name_is_derived_that_is_always_good(
    questions_only: Path, tmp_path: Path, name: str, package: str
) -> None:
    project = render(questions_only, tmp_path / "svc", {"project_name": name})

    assert recorded(project)["package"] == package
    assert recorded(project)["project_name"] == name


@pytest.mark.parametrize("package", ["a", "a1", "a_b", "shop", "a" * 30, "a_" * 14 + "a1"])
def test_a_good_package_name_is_taken(questions_only: Path, tmp_path: Path, package: str) -> None:
    project = render(questions_only, tmp_path / "svc", {"package": package})

    assert recorded(project)["package"] == package


@pytest.mark.parametrize(
    "description",
    [
        "Sells things",
        "It (really) sells: a, b & c; why not? Yes/no + more!",
        "a" * 200,
        "Caf\u00e9.",
    ],
)
def test_a_good_description_is_taken(
    questions_only: Path, tmp_path: Path, description: str
) -> None:
    project = render(questions_only, tmp_path / "svc", {"description": description})

    assert recorded(project)["description"] == description


@pytest.mark.parametrize("question", [name for name, q in questions().items() if "choices" in q])
def test_a_choice_that_is_not_offered_is_refused(
    questions_only: Path, tmp_path: Path, question: str
) -> None:
    said = complaint(questions_only, tmp_path / "svc", {question: "rails"})

    assert said.startswith(f"Invalid choice for '{question}': 'rails' is not in [")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (name, answer)
        for name in questions()
        if "choices" in questions()[name]
        for answer in choices(name, built=False)
    ],
)
def test_a_declared_choice_is_taken_or_says_that_it_is_not_built_yet(
    questions_only: Path, tmp_path: Path, question: str, answer: str
) -> None:
    if answer in choices(question, built=True):
        project = render(questions_only, tmp_path / "svc", {question: answer})
        assert recorded(project)[question] == answer
    else:
        said = complaint(questions_only, tmp_path / "svc", {question: answer})
        assert said == f"Invalid choice for '{question}': {answer} is not built yet"


@pytest.mark.parametrize("word", computed())
def test_a_computed_word_refuses_to_be_set(questions_only: Path, tmp_path: Path, word: str) -> None:
    said = complaint(questions_only, tmp_path / "svc", {word: "."})

    assert said == (
        f"Validation error for question '{word}': "
        "it is computed from the other answers and cannot be set"
    )


def test_only_what_was_asked_is_recorded(questions_only: Path, tmp_path: Path) -> None:
    project = render(questions_only, tmp_path / "svc", {})

    assert set(recorded(project)) == {*questions(), "_src_path"}


def test_every_question_has_help_a_default_that_is_built_and_no_condition() -> None:
    for name, question in questions().items():
        assert question["help"].rstrip().endswith((".", "?")), name
        assert len(question["help"]) > 20, f"say what each answer gives: {name}"
        assert "when" not in question, f"every combination is valid: {name}"
        assert not question.get("secret"), f"no answer is a secret: {name}"
        if "choices" in question:
            assert question["default"] in choices(name, built=True), name


def test_copying_needs_no_trust_and_leaves_nothing_undefined() -> None:
    settings = {name for name in config() if name.startswith("_")}

    assert settings & {"_tasks", "_jinja_extensions", "_secret_questions"} == set()
    assert config()["_envops"]["undefined"] == "jinja2.StrictUndefined"
    assert set(config()["_exclude"]) == {"__pycache__", "*.py[co]", ".DS_Store", "~*"}


def test_names_are_anchored_at_the_very_end() -> None:
    for name, question in questions().items():
        for pattern in re.findall(r"regex_search\('(.+?)'\)", question.get("validator", "")):
            assert pattern.endswith("\\\\Z"), name
