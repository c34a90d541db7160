"""Reads settings from the environment and from ``.env``, and tells all that is wrong with them."""

import json
import math
import os
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ  # type: ignore[import-untyped]

T = TypeVar("T")

HOST_NAME = re.compile(r"(\*\.)?[\w.-]+|\[[\da-f:.]+\]", re.ASCII | re.IGNORECASE)
ORIGIN = re.compile(r"\*|https?://([\w.-]+|\[[\da-f:.]+\])(:\d+)?", re.ASCII | re.IGNORECASE)
WEB_ADDRESS = re.compile(r"https?://[^/?#@\s]+(/[^?#\s]*)?")


def can_be_asked(address: str) -> bool:
    """Whether host and port of an address, if it has them, can be those of a server."""
    try:
        return urlsplit(address).port != 0
    except ValueError:  # an address of IPv6 that is none, or a port
        return False


class Environment:
    """The variables of this process; a variable that is empty counts as not set.

    What is wrong is collected, and the default used meanwhile, so that ``check`` can name every
    variable that has to be corrected. Values are never shown: they may be secrets.
    """

    def __init__(self, file: Path | None = None) -> None:
        """Add what stands in ``file``, if there is one; the process's own variables win."""
        self._wrong: list[str] = []
        if file is not None and file.exists():
            try:
                environ.Env.read_env(file)
            except (OSError, UnicodeDecodeError) as error:
                self.refuse(".env", f"cannot be read: {error}")

    def refuse(self, name: str, reason: str) -> None:
        """Note that a variable will not do."""
        self._wrong.append(f"{name} {reason}")

    def check(self) -> None:
        """Raise ``SystemExit`` with one sentence if anything was wrong."""
        if self._wrong:
            sentence = f"The settings are not valid: {'; '.join(self._wrong)}."
            raise SystemExit(sentence)

    def read(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        """Return the variable as ``parse`` makes it; a ``ValueError`` says what it must be."""
        given = os.environ.get(name, "").strip()
        if not given:
            return default
        try:
            return parse(given)
        except ValueError as error:
            self.refuse(name, str(error))
            return default

    def text(self, name: str, default: str = "") -> str:
        """Return any text."""
        return self.read(name, default, str)

    def one_of(self, name: str, default: str, choices: Collection[str]) -> str:
        """Return one of the choices."""

        def parse(given: str) -> str:
            if given not in choices:
                msg = f"must be {' or '.join(choices)}"
                raise ValueError(msg)
            return given

        return self.read(name, default, parse)

    def whole(self, name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
        """Return a whole number within bounds."""

        def parse(given: str) -> int:
            if re.fullmatch("[0-9]{1,18}", given) and least <= int(given) <= (most or math.inf):
                return int(given)
            msg = f"must be a whole number from {least}" + (f" to {most}" if most else "")
            raise ValueError(msg)

        return self.read(name, default, parse)

    def seconds(self, name: str, default: float) -> float:
        """Return a time greater than zero."""

        def parse(given: str) -> float:
            if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", given) and float(given) > 0:
                return float(given)
            msg = "must be a number of seconds greater than 0"
            raise ValueError(msg)

        return self.read(name, default, parse)

    def names(self, name: str, form: re.Pattern[str], example: str) -> list[str]:
        """Return the names of a list with commas between them."""

        def parse(given: str) -> list[str]:
            names = [item.strip() for item in given.split(",") if item.strip()]
            if not all(form.fullmatch(item) for item in names):
                msg = f"must be a list such as {example}"
                raise ValueError(msg)
            return names

        return self.read(name, [], parse)

    def switches(self, name: str, known: Collection[str]) -> dict[str, bool]:
        """Return a JSON object of booleans whose names are known."""

        def parse(given: str) -> dict[str, bool]:
            try:
                values = json.loads(given)
            except (ValueError, RecursionError):
                values = None
            if not isinstance(values, dict) or not all(
                isinstance(value, bool) for value in values.values()
            ):
                msg = 'must be a JSON object such as {"flag-name": true}'
                raise ValueError(msg)
            if unknown := sorted(values.keys() - set(known)):
                msg = f"names flags that are not declared: {', '.join(unknown)}"
                raise ValueError(msg)
            return values

        return self.read(name, {}, parse)

    def web_address(self, name: str) -> str:
        """Return an address that begins with http or https."""

        def parse(given: str) -> str:
            if not (WEB_ADDRESS.fullmatch(given) and can_be_asked(given)):
                msg = "must look like https://host.example/path"
                raise ValueError(msg)
            return given

        return self.read(name, "", parse)

    def database(
        self, name: str, default: str, *, scheme: str, form: str, beside: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the database of an address, as Django's ``DATABASES`` wants it.

        What the address says wins over what is set ``beside`` it, also within ``OPTIONS``.
        """
        address = self._address(name, default, f"{scheme}://.*", form)
        try:
            database: dict[str, Any] = environ.Env.db_url_config(address)
        except ValueError:  # its port is no number
            database = {}
        if database.get("NAME") in {None, "", ":memory:"}:
            self.refuse(name, f"must look like {form}")
        options = beside.get("OPTIONS", {}) | database.get("OPTIONS", {})
        return beside | database | {"OPTIONS": options}

    def cache(self, name: str, default: str, *, pattern: str, form: str) -> str:
        """Return the address of a cache."""
        return self._address(name, default, pattern, form)

    def _address(self, name: str, default: str, pattern: str, form: str) -> str:
        def parse(given: str) -> str:
            if not (re.fullmatch(pattern, given) and can_be_asked(given)):
                msg = f"must look like {form}"
                raise ValueError(msg)
            return given

        return self.read(name, default, parse)
