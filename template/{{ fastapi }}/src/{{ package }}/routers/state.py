"""Shared state: read it, set it, follow it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from ..core.errors import NotFoundError
from ..core.metrics import measured
from ..core.openapi import problems
from ..core.state import KEY_PATTERN, Subscription
from ..dependencies import JSON_BODY, ResourcesDep
from ..schemas import (
    ENTITY_TAG,
    StateInput,
    StateOutput,
    entity_tag,
    expected_version,
    seen_version,
)

router = APIRouter(prefix="/state", tags=["state"], responses=problems(422, 503))
writes = APIRouter(prefix="/state", tags=["state"], responses=problems(415, 422, 503))

Key = Annotated[str, Path(pattern=KEY_PATTERN)]


@router.get("/{key}", responses=problems(404))
async def read_state(key: Key, resources: ResourcesDep, response: Response) -> StateOutput:
    """Read the value of a key; its version is the entity tag too."""
    entry = await resources.state.get(key)
    if entry is None:
        msg = f"The state {key!r} was never set."
        raise NotFoundError(msg)
    response.headers["ETag"] = entity_tag(entry)
    return StateOutput.of(entry)


@writes.put("/{key}", dependencies=[JSON_BODY], responses=problems(412))
async def set_state(
    key: Key,
    body: StateInput,
    resources: ResourcesDep,
    response: Response,
    if_match: Annotated[str | None, Header(pattern=ENTITY_TAG)] = None,
) -> StateOutput:
    """Set the value of a key, if it still has the version given in ``If-Match`` (RFC 9110)."""
    expected = expected_version(if_match)
    with measured("state.set"):
        entry = await resources.state.set(key, body.value, expected=expected)
    response.headers["ETag"] = entity_tag(entry)
    return StateOutput.of(entry)


async def subscribe(
    key: Key, resources: ResourcesDep, last_event_id: Annotated[str, Header()] = ""
) -> AsyncIterator[Subscription]:
    """Subscribe to a key for as long as the answer goes on."""
    seen = seen_version(last_event_id)
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
