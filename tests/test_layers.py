"""The layers of the template: folders that appear by answer, and never meet in one file."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import pytest

from tests import working_tree
from tests.questionnaire import (
    EXTRAS,
    STACK,
    TEMPLATE,
    Answers,
    active_layers,
    combinations,
    computed,
    label,
    layers,
    source,
)

ROOT = TEMPLATE / "template"
WORD = re.compile(r"\{\{ ([a-z_]+) \}\}")
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"
VALUES = ("package", "slug", "source")
SOURCES = ("src", ".")
WINDOWS_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def template_files() -> list[str]:
    return [name.removeprefix("template/") for name in working_tree.files("template")]


def wanted_layers(path: str) -> frozenset[str]:
    """Return the layers that a template file stands in: it appears when all of them are on."""
    parts = (WORD.fullmatch(part) for part in path.split("/")[:-1])
    return frozenset(part[1] for part in parts if part) & layers().keys()


def output_path(path: str, place: str = "src") -> str:
    """Return where a template file is written, with `{{ package }}` left as it is.

    `place` is what `{{ source }}` stands for.
    """
    parts = [
        place if part == "{{ source }}" else part
        for part in path.removesuffix(".jinja").split("/")
        if not ((word := WORD.fullmatch(part)) and word[1] in layers())
    ]
    return "/".join(part for part in parts if part != ".")


def collisions(files: Iterable[str], every: Iterable[Answers]) -> Mapping[str, list[str]]:
    """Return output paths that two template files would write, with the files and the answers."""
    files = tuple(files)
    shared = {}
    for place in SOURCES:
        by_output: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for file in files:
            by_output[output_path(file, place).casefold()].append((file, wanted_layers(file)))
        shared[place] = {path: several for path, several in by_output.items() if len(several) > 1}
    found = {}
    for answers in every:
        active = active_layers(answers)
        for path, several in shared[source(answers)].items():
            present = [file for file, wanted in several if wanted <= active]
            if len(present) > 1:
                found[path] = [label(answers), *present]
    return found


def test_every_combination_of_declared_answers_writes_each_path_once() -> None:
    every = list(combinations(STACK + EXTRAS, built=False))

    assert len(every) == 4 * 3 * 3 * 5 * 2 * 3 * 3
    assert collisions(template_files(), every) == {}


def test_the_lint_sees_two_layers_that_meet() -> None:
    files = ["{{ jwt }}/tests/unit/test_auth.py", "{{ protected }}/tests/unit/test_auth.py.jinja"]

    found = collisions(files, combinations(STACK + EXTRAS, built=False))

    assert list(found) == ["tests/unit/test_auth.py"]
    assert found["tests/unit/test_auth.py"][1:] == files


def test_the_lint_sees_two_that_meet_where_the_package_lies_at_the_top() -> None:
    files = ["{{ source }}/{{ package }}/core/cache.py", "{{ django }}/{{ package }}/core/cache.py"]

    found = collisions(files, combinations(STACK + EXTRAS, built=False))

    assert list(found) == ["{{ package }}/core/cache.py"]
    assert found["{{ package }}/core/cache.py"][1:] == files


@pytest.mark.parametrize("file", template_files())
def test_a_template_file_has_a_plain_and_portable_name(file: str) -> None:
    for part in output_path(file).split("/"):
        name = WORD.sub("word", part)
        words = WORD.findall(part)
        assert set(words) <= set(VALUES) or file == ANSWERS_FILE, f"{words} are no layers"
        assert file == ANSWERS_FILE or re.fullmatch(r"[A-Za-z0-9._-]+", name), "not plain"
        assert not name.endswith((".", " ")), "Windows cannot keep this name"
        assert not WINDOWS_DEVICES.fullmatch(name), "Windows keeps this name for a device"


@pytest.mark.parametrize("file", template_files())
def test_a_template_file_is_text_and_rendered_only_where_text_varies(file: str) -> None:
    path = ROOT / file

    assert not path.is_symlink()
    text = path.read_bytes().decode()
    assert "\0" not in text
    assert "\r" not in text
    assert not file.endswith(".jinja") or "{{" in text or "{%" in text, "drop the .jinja suffix"
    assert not (TEMPLATE / f"{output_path(file)}.jinja").exists(), "Copier would skip this file"


def test_every_layer_is_both_on_and_off_in_some_combination() -> None:
    every = [active_layers(answers) for answers in combinations(STACK + EXTRAS, built=False)]

    for layer in layers():
        assert {layer in active for active in every} == {True, False}, layer


def test_every_computed_word_is_used() -> None:
    sources = [
        *(TEMPLATE / "copier.yml", *ROOT.rglob("*.jinja")),
        *(TEMPLATE / "partials").rglob("*.jinja"),
    ]
    text = "\n".join(source.read_text(encoding="utf-8") for source in sources if source.is_file())
    used = set(re.findall(r"[a-z_]+", text + "\n".join(template_files())))

    assert set(computed()) <= used
