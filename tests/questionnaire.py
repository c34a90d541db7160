"""What copier.yml asks: questions, choices, the layers they switch, and their combinations."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, Template

TEMPLATE = Path(__file__).resolve().parents[1]
STACK = ("framework", "database", "cache", "auth", "example")
EXTRAS = ("ci", "license")

Answer = str | bool
Answers = dict[str, Answer]


@cache
def config() -> Mapping[str, Any]:
    """Return copier.yml as it stands."""
    text = (TEMPLATE / "copier.yml").read_text(encoding="utf-8")
    loaded: Mapping[str, Any] = yaml.safe_load(text)
    return loaded


def questions() -> dict[str, Mapping[str, Any]]:
    """Return what is asked, in order."""
    return {
        name: question
        for name, question in config().items()
        if not name.startswith("_") and question.get("when", True)
    }


def computed() -> dict[str, Mapping[str, Any]]:
    """Return what is computed from the answers and never asked, in order."""
    return {
        name: question
        for name, question in config().items()
        if not name.startswith("_") and not question.get("when", True)
    }


def choices(name: str, *, built: bool) -> list[Answer]:
    """Return the answers that a question takes; with `built`, those that make a service today."""
    return taken(questions()[name], built=built)


def taken(question: Mapping[str, Any], *, built: bool) -> list[Answer]:
    """Return the answers that a question of some copier.yml takes."""
    if question["type"] == "bool":
        return [True, False]
    found: list[Answer] = []
    for choice in question["choices"].values():
        if isinstance(choice, str):
            found.append(choice)
        elif not built:
            found.append(choice["value"])
    return found


def combinations(names: Iterable[str], *, built: bool) -> Iterator[Answers]:
    """Yield every combination of answers to the named questions."""
    names = tuple(names)
    for answers in product(*(choices(name, built=built) for name in names)):
        yield dict(zip(names, answers, strict=True))


@cache
def _compiled(text: str) -> Template:
    return Environment(autoescape=False).from_string(text)  # noqa: S701 - no HTML


@cache
def layers() -> Mapping[str, Template]:
    """Return the words that name folders of the template, with what switches each."""
    environment = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 - no HTML
    return {
        name: environment.from_string(question["default"])
        for name, question in computed().items()
        if str(question["default"]).startswith("{{ '.' if ")
    }


def source(answers: Mapping[str, Answer]) -> str:
    """Return the folder that the package lies in, `.` where that is the top one."""
    return _compiled(computed()["source"]["default"]).render(answers)


def active_layers(answers: Mapping[str, Answer]) -> frozenset[str]:
    """Return the layers that a complete set of answers switches on."""
    return frozenset(name for name, switch in layers().items() if switch.render(answers) == ".")


def label(answers: Mapping[str, Answer]) -> str:
    """Return a name for the answers that reads in file names and test ids."""
    words = []
    for name, answer in answers.items():
        if isinstance(answer, bool):
            words.append(name if answer else f"no_{name}")
        elif name in EXTRAS:
            words.append(f"{name}_{answer}")
        else:
            words.append(answer)
    return "-".join(words)
