"""The names that a package cannot have: complete, plain, and in one list."""

import builtins
import keyword
import re
import sys

import pytest

from tests.questionnaire import TEMPLATE

PACKAGE = re.compile(r"[a-z](?:_?[a-z0-9]){0,29}")
NEWER_THAN_3_11 = {"annotationlib", "compression"}


def groups() -> list[list[str]]:
    """Return the names as the list groups them, each group under its comment."""
    text = (TEMPLATE / "partials" / "reserved_names.txt").read_text(encoding="utf-8")
    return [
        group.split() for group in re.split(r"\{#.*?#\}", text, flags=re.DOTALL) if group.strip()
    ]


def reserved_names() -> set[str]:
    return {name for group in groups() for name in group}


def packages_among(names: set[str]) -> set[str]:
    """Return the names that a package could have, as a disk that ignores case sees them."""
    return {name.lower() for name in names if PACKAGE.fullmatch(name.lower())}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param({*keyword.kwlist, *keyword.softkwlist}, id="keywords"),
        pytest.param(set(sys.stdlib_module_names) | NEWER_THAN_3_11, id="standard library"),
        pytest.param(
            {name for name in dir(builtins) if name[0].islower()},
            id="built-ins",
        ),
        pytest.param(
            {"fastapi", "starlette", "litestar", "django", "flask", "sqlalchemy", "alembic"},
            id="frameworks",
        ),
        pytest.param({"test", "tests", "src", "docs", "config", "core"}, id="folders"),
    ],
)
def test_the_list_covers(names: set[str]) -> None:
    assert packages_among(names) - reserved_names() == set()


def test_every_reserved_name_is_one_that_a_package_could_have() -> None:
    for name in reserved_names():
        assert PACKAGE.fullmatch(name), name


def test_each_group_of_the_list_is_sorted_and_names_nothing_twice() -> None:
    for group in groups():
        assert group == sorted(set(group))
