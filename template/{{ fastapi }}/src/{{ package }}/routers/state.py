"""Shared state: read it, set it, follow it."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Header, Path, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from ..core.errors import NotFoundError
from ..core.metrics import measured
from ..core.openapi import problems
from ..core.serialization import Moment
from ..core.state import KEY_PATTERN, StateEntry, Subscription
from ..core.validation import InputModel, JsonDocument
from ..dependencies import JSON_BODY, ResourcesDep

router = APIRouter(prefix="/state", tags=["state"], responses=problems(422, 503))
writes = APIRouter(prefix="/state", tags=["state"], responses=problems(415, 422, 503))

VERSION = re.compile("[0-9]{1,18}")

Key = Annotated[str, Path(pattern=KEY_PATTERN)]


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


@router.get("/{key}", responses=problems(404))
async def read_state(key: Key, resources: ResourcesDep, response: Response) -> StateOutput:
    """Read the value of a key; its version is the entity tag too."""
    entry = await resources.state.get(key)
    if entry is None:
        msg = f"The state {key!r} was never set."
        raise NotFoundError(msg)
    response.headers["ETag"] = f'"{entry.version}"'
    return StateOutput.of(entry)


@writes.put("/{key}", dependencies=[JSON_BODY], responses=problems(412))
async def set_state(
    key: Key,
    body: StateInput,
    resources: ResourcesDep,
    response: Response,
    if_match: Annotated[str | None, Header(pattern='^"[0-9]{1,100}"$')] = None,
) -> StateOutput:
    """Set the value of a key, if it still has the version given in ``If-Match`` (RFC 9110)."""
    expected = None if if_match is None else int(if_match.strip('"'))
    with measured("state.set"):
        entry = await resources.state.set(key, body.value, expected=expected)
    response.headers["ETag"] = f'"{entry.version}"'
    return StateOutput.of(entry)


async def subscribe(
    key: Key, resources: ResourcesDep, last_event_id: Annotated[str, Header()] = ""
) -> AsyncIterator[Subscription]:
    """Subscribe to a key for as long as the answer goes on."""
    # What no version was ever called is passed over: a browser sends on what it was given once.
    seen = int(last_event_id) if VERSION.fullmatch(last_event_id) else 0
    async with resources.state.subscribe(key, after=seen) as subscription:
        yield subscription


@router.get("/{key}/events", response_class=EventSourceResponse)
async def follow_state(
    subscription: Annotated[Subscription, Depends(subscribe)],
) -> AsyncIterator[ServerSentEvent]:
    """Follow a key: its current entry, then every change, as Server-Sent Events.

    With ``Last-Event-ID`` an entry that the caller has seen is not sent again.
    """
    async for entry in subscription:
        yield ServerSentEvent(data=StateOutput.of(entry), id=str(entry.version))
