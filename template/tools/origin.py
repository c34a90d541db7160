"""The template that this repository was made from: where it is, and what its changelog says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .repository import RefusalError, git

ANSWERS = ".copier-answers.yml"
SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}


def read_answers(project: Path) -> dict[str, Any]:
    """Return what the answers file records."""
    file = project / ANSWERS
    try:
        answers = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        message = f"{ANSWERS} cannot be read, so nothing says which template this is from"
        raise RefusalError(message) from error
    if not isinstance(answers, dict) or "_src_path" not in answers or "_commit" not in answers:
        message = f"{ANSWERS} names no version of a template: was this copied from a plain folder?"
        raise RefusalError(message)
    return answers


def address_of(answers: Mapping[str, Any]) -> str:
    """Return the template's address as git takes it; refuse one that depends on where we are."""
    address = str(answers["_src_path"])
    for short, long in SHORT.items():
        if address.startswith(short):
            return long + address.removeprefix(short)
    address = address.removeprefix("git+")
    place = Path(address).expanduser()
    if re.match(r"[a-z]+://|[\w.-]+@[\w.-]+:", address):
        return address
    if not place.is_absolute():
        message = (
            f"the template's address, {address}, is right from one folder only: "
            f"write its absolute path or URL as _src_path into {ANSWERS}, and commit"
        )
        raise RefusalError(message)
    return str(place)


@dataclass(frozen=True)
class Origin:
    """A bare clone of the template, to ask about its versions."""

    address: str
    clone: Path

    @classmethod
    def fetch(cls, answers: Mapping[str, Any], clone: Path) -> "Origin":
        """Clone the template; refuse one that cannot be had, or that forgot our version."""
        address = address_of(answers)
        try:
            git(
                clone.parent,
                "clone",
                "--quiet",
                "--bare",
                "--filter=blob:none",
                address,
                clone.name,
            )
        except RefusalError as error:
            message = f"the template at {address} cannot be read ({error})"
            raise RefusalError(message) from error
        origin = cls(address, clone)
        version = str(answers["_commit"])
        if not origin.knows(version):
            message = (
                f"the template at {address} does not know {version}, which {ANSWERS} records: "
                "that was never committed there, or it is a shallow clone; to follow it again, "
                "copy the template anew elsewhere, compare, and take over the answers file"
            )
            raise RefusalError(message)
        return origin

    def knows(self, version: str) -> bool:
        """Whether the template has this version for good."""
        try:
            git(self.clone, "rev-parse", "--quiet", "--verify", f"{version}^{{commit}}")
        except RefusalError:
            return False
        return True

    def notes(self, old: str, new: str) -> str:
        """Return the changelog's sections after `old`, up to `new`."""
        try:
            text = git(self.clone, "show", f"{new}:CHANGELOG.md")
        except RefusalError:
            return ""
        sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
        versions = [section.split()[1].strip("[]").removeprefix("v") for section in sections]
        first = _index(versions, _release(new), 0)
        if new.removeprefix("v") != _release(new):
            first = 0  # a commit after that release: what is not released yet counts
        last = _index(versions, _release(old), len(sections))
        return "".join(sections[first:last]).strip()


def _release(version: str) -> str:
    """Return the release that a version is, or follows: `v1.0.0-2-gabc1234` follows 1.0.0."""
    return re.sub(r"-\d+-g[0-9a-f]+\Z", "", version).removeprefix("v")


def _index(versions: list[str], version: str, default: int) -> int:
    return versions.index(version) if version in versions else default
