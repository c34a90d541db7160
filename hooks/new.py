"""Make a service from this checkout: what `make new` runs.

Whatever is wrong ends in one sentence on standard error and a non-zero exit, with nothing
half-written. Copier itself would print a traceback, and ignore an answer that no question asks.
"""

import argparse
import os
import re
import shlex
import shutil
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import post_copy
import source
import yaml
from copier import run_copy
from copier.errors import CopierError

CHECKOUT = Path(__file__).resolve().parent.parent
TRUTHS = frozenset({"1", "0", "yes", "no", "y", "n", "true", "false", "t", "f", "on", "off"})
QUESTION_ERROR = re.compile(r"(?:Validation error for question|Invalid choice for) '(\w+)': ")


class RefusalError(Exception):
    """What was asked cannot be done; the message is one sentence for the person who asked."""


class SentenceParser(argparse.ArgumentParser):
    """An argument parser whose errors are refusals instead of a usage text."""

    def error(self, message: str) -> NoReturn:
        """Raise `RefusalError`."""
        raise RefusalError(message)


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    destination: Path
    data: Mapping[str, str]
    defaults: bool
    ref: str


def parse(arguments: Sequence[str]) -> Request:
    """Read the command line.

    Raises `RefusalError` for an unknown option, and for an answer that is not `key=value`.
    """
    parser = SentenceParser(prog="make new", allow_abbrev=False)
    parser.add_argument("destination")
    parser.add_argument("--answers", default="")
    parser.add_argument("--ref", default="")
    parser.add_argument("--defaults", action="store_true")
    options = parser.parse_args(arguments)
    if not options.destination:
        message = "DEST is missing: write `make new DEST=../my-service`"
        raise RefusalError(message)
    answers = SentenceParser(prog="ANSWERS", allow_abbrev=False)
    answers.add_argument("-d", "--data", action="append", default=[])
    try:
        words = shlex.split(options.answers)
    except ValueError as error:
        message = f"ANSWERS cannot be read ({error}): {options.answers}"
        raise RefusalError(message) from error
    data = {}
    for pair in answers.parse_args(words).data:
        key, equals, value = pair.partition("=")
        if not equals:
            message = f"ANSWERS has {pair!r} where `-d question=answer` is expected"
            raise RefusalError(message)
        data[key] = value
    return Request(Path(options.destination), data, options.defaults, options.ref)


def check_answers(data: Mapping[str, str]) -> None:
    """Refuse answers that no question asks, that are computed, or that are no yes or no."""
    config = yaml.safe_load((CHECKOUT / "copier.yml").read_text(encoding="utf-8"))
    questions = {key: value for key, value in config.items() if not key.startswith("_")}
    asked = [key for key, value in questions.items() if value.get("when", True)]
    for key, value in data.items():
        if key not in questions:
            message = f"{key!r} is not a question; the questions are {', '.join(asked)}"
            raise RefusalError(message)
        if key not in asked:
            message = f"{key} is computed from the other answers and cannot be set"
            raise RefusalError(message)
        if questions[key]["type"] == "bool" and value.lower() not in TRUTHS:
            message = f"{key}: {value!r} is neither yes nor no"
            raise RefusalError(message)


def check_destination(destination: Path) -> None:
    """Refuse a destination that holds something, is no folder, or lies in this checkout."""
    where = destination.resolve()
    if where.is_relative_to(CHECKOUT):
        message = f"{destination} lies in the template's own checkout: choose a place outside it"
        raise RefusalError(message)
    for place in (where, *where.parents):
        if place.exists() and not place.is_dir():
            message = f"{place} is a file, so {destination} cannot be made"
            raise RefusalError(message)
    if where.exists() and any(where.iterdir()):
        message = f"{destination} is not empty, and nothing in it was touched: choose a new place"
        raise RefusalError(message)


def sentence(error: Exception) -> str:
    """Say in one sentence what Copier's error means."""
    text = " ".join(str(error).split())
    match = QUESTION_ERROR.match(text)
    if match and "it is computed" not in text:
        return f"{match[1]}: {text[match.end() :]}"
    return text or type(error).__name__


def copy(request: Request, ref: str | None) -> dict[str, Any]:
    """Render the template, and return the answers; after a failure nothing is left behind."""
    where = request.destination.resolve()
    missing = [place for place in (where, *where.parents) if not place.exists()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            worker = run_copy(
                str(CHECKOUT),
                where,
                data=dict(request.data),
                vcs_ref=ref,
                defaults=request.defaults,
                quiet=True,
            )
    except BaseException:
        if missing:
            shutil.rmtree(missing[-1], ignore_errors=True)
        else:
            for place in where.iterdir():
                if place.is_dir():
                    shutil.rmtree(place)
                else:
                    place.unlink()
        raise
    return dict(worker.answers.combined)


def say(text: str) -> None:
    """Print one line on standard error."""
    print(text, file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    """Make the service, and return the exit status."""
    try:
        request = parse(arguments)
        check_answers(request.data)
        check_destination(request.destination)
        post_copy.require_git()
        answers = copy(request, source.revision(CHECKOUT, request.ref))
        source.record_public_address(CHECKOUT, request.destination)
        stack = ", ".join(answers[key] for key in ("framework", "database", "cache", "auth"))
        print(f"Made {request.destination}: {stack}.")
        post_copy.finish(request.destination)
    except KeyboardInterrupt:
        say("\nStopped: nothing was written.")
        return 130
    except (RefusalError, source.SourceError, post_copy.SetupError) as error:
        say(f"Error: {error}.")
        return 1
    except (CopierError, OSError, ValueError) as error:
        say(f"Error: {sentence(error)}.")
        return 1
    return 0


if __name__ == "__main__":
    unasked = os.environ.get("DEFAULTS", "0") not in {"", "0"} or not sys.stdin.isatty()
    sys.exit(main([*(["--defaults"] if unasked else []), *sys.argv[1:]]))
