"""Types for what comes from outside: strict, bounded and safe to store."""

import math
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

MAX_MEMBERS = 100
MAX_DEPTH = 30  # not every database keeps 32
MIN_INTEGER = -(2**63)
MAX_INTEGER = 2**63 - 1

# Unicode's categories of control characters, and of line and paragraph separators.
NOT_IN_A_LINE = {"Cc", "Zl", "Zp"}


class InputModel(BaseModel):
    """Base of every request body: a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _limit_members(cls, data: Any) -> Any:  # noqa: ANN401 - whatever was sent
        # Each that is not declared is an error of its own: a hundred thousand take seconds to tell.
        if isinstance(data, dict) and len(data) > MAX_MEMBERS:
            raise PydanticCustomError(
                "too_many_members", "more than {members} members", {"members": MAX_MEMBERS}
            )
        return data


def storable_text(value: str) -> str:
    """Return ``value`` unchanged if every database can keep it.

    Raises ``PydanticCustomError`` for NUL characters, which not every database takes, and for
    lone surrogates, which are not text (pydantic refuses these earlier, this is for JSON values).
    """
    if "\0" in value:
        raise PydanticCustomError("nul_character", "NUL characters are not allowed")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise PydanticCustomError("lone_surrogate", "lone surrogates are not allowed")
    return value


def storable_secret(value: SecretStr) -> SecretStr:
    """Return ``value`` unchanged if it is text that ``storable_text`` does not refuse."""
    storable_text(value.get_secret_value())
    return value


def one_line(value: str) -> str:
    """Return ``value`` normalised (NFC) and without outer blanks.

    Raises ``PydanticCustomError`` when it holds control characters, line breaks among them.
    """
    if any(unicodedata.category(character) in NOT_IN_A_LINE for character in value):
        raise PydanticCustomError("control_character", "control characters are not allowed")
    return unicodedata.normalize("NFC", value).strip()


def storable_json(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return ``value`` unchanged if it survives storage and comes back the same.

    Raises ``PydanticCustomError`` for numbers that are not finite or need more than 64 bits,
    for text that ``storable_text`` refuses, and for more than 30 levels of nesting.
    """
    for item, depth in _walk(value):
        if depth > MAX_DEPTH:
            raise PydanticCustomError(
                "too_deep", "more than {levels} levels of nesting", {"levels": MAX_DEPTH}
            )
        if isinstance(item, str):
            storable_text(item)
        elif isinstance(item, float) and not math.isfinite(item):
            raise PydanticCustomError("not_finite", "numbers must be finite")
        elif isinstance(item, int) and not MIN_INTEGER <= item <= MAX_INTEGER:
            raise PydanticCustomError("too_large", "whole numbers must fit into 64 bits")
    return value


def _walk(value: Any) -> Iterator[tuple[Any, int]]:  # noqa: ANN401 - any JSON value
    """Every item of a JSON value with its depth; not recursive, so no input exhausts the stack."""
    remaining = [(value, 0)]
    while remaining:
        item, depth = remaining.pop()
        yield item, depth
        if isinstance(item, dict):
            remaining.extend((name, depth) for name in item)
            remaining.extend((member, depth + 1) for member in item.values())
        elif isinstance(item, list):
            remaining.extend((member, depth + 1) for member in item)


def _given(value: T | None) -> T:
    if value is None:
        raise PydanticCustomError("null", "leave the field out instead of sending null")
    return value


def _without_null(schema: dict[str, Any]) -> None:
    schema.pop("default", None)  # not every generator shows a default of null
    given, _null = schema.pop("anyOf")
    schema.update(given)


Text = Annotated[str, AfterValidator(storable_text)]
"""Text of any form that can be stored."""

Line = Annotated[Text, AfterValidator(one_line)]
"""One line of plain text."""

Secret = Annotated[SecretStr, AfterValidator(storable_secret)]
"""Text that never shows up in a log, such as a password."""

JsonDocument = Annotated[Any, AfterValidator(storable_json), Field(description="Any JSON value")]
"""Any JSON value that can be stored."""

Optional = Annotated[T | None, AfterValidator(_given), Field(json_schema_extra=_without_null)]
"""A field that may be left out, as in a partial update, but not null; its default is ``None``."""
