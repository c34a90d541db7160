"""What the endpoints take and give that every service has."""

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel

from .core.components import Health
from .core.serialization import Moment
from .core.state import StateEntry
from .core.validation import InputModel, JsonDocument

ENTITY_TAG = r'^"[0-9]{1,100}"$'
VERSION = re.compile("[0-9]{1,18}")


class Liveness(BaseModel):
    """The process runs and answers."""

    status: Literal[Health.OK] = Health.OK


class ComponentHealth(BaseModel):
    """How one component is."""

    status: Health


class Readiness(BaseModel):
    """How the service is, and what it depends on."""

    status: Health
    components: dict[str, ComponentHealth]

    @classmethod
    def of(cls, components: Mapping[str, Health]) -> Self:
        """Show components; the service is as the worst of them."""
        return cls(
            status=max(components.values(), key=list(Health).index, default=Health.OK),
            components={
                name: ComponentHealth(status=health) for name, health in components.items()
            },
        )


class Flags(BaseModel):
    """Every declared flag."""

    flags: dict[str, bool]


class StateInput(InputModel):
    """A value to set."""

    value: JsonDocument


class StateOutput(BaseModel):
    """A value and its version."""

    key: str
    value: Any
    version: int
    updated_at: Moment

    @classmethod
    def of(cls, entry: StateEntry) -> Self:
        """Show an entry of the store."""
        return cls(
            key=entry.key, value=entry.value, version=entry.version, updated_at=entry.updated_at
        )


def entity_tag(entry: StateEntry) -> str:
    """Return the version of an entry as an ``ETag`` (RFC 9110, section 8.8.3)."""
    return f'"{entry.version}"'


def expected_version(if_match: str | None) -> int | None:
    """Return the version that ``If-Match`` demands, which is of the form ``ENTITY_TAG``."""
    return None if if_match is None else int(if_match.strip('"'))


def seen_version(last_event_id: str) -> int:
    """Return the version that the caller has seen, 0 for none.

    What no version was ever called is passed over: a browser sends on what it was given once.
    """
    return int(last_event_id) if VERSION.fullmatch(last_event_id) else 0
