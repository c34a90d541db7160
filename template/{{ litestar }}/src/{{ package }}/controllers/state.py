"""Shared state: read it, set it, follow it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

from litestar import Controller, Response, get, put
from litestar.params import HeaderParameter, JSONBody, PathParameter
from litestar.response import ServerSentEvent, ServerSentEventMessage

from ..core.errors import NotFoundError
from ..core.metrics import measured
from ..core.openapi import problems
from ..core.state import KEY_PATTERN, StateEntry, StateStore
from ..dependencies import ResourcesDep
from ..schemas import (
    ENTITY_TAG,
    StateInput,
    StateOutput,
    entity_tag,
    expected_version,
    seen_version,
)

PING_INTERVAL = 15.0

# To msgspec ``$`` is also the place before a line break at the end.
Key = Annotated[str, PathParameter(pattern=KEY_PATTERN + r"(?!\n)")]


class StateController(Controller):
    """Values under keys; ``app.py`` says who may write them."""

    path = "/state"
    tags = ("state",)

    @get("/{key:str}", responses=problems(404, 422, 503))
    async def read_state(self, key: Key, resources: ResourcesDep) -> Response[StateOutput]:
        """Read the value of a key; its version is the entity tag too."""
        entry = await resources.state.get(key)
        if entry is None:
            msg = f"The state {key!r} was never set."
            raise NotFoundError(msg)
        return _answer(entry)

    @get("/{key:str}/events", media_type="text/event-stream", responses=problems(422, 503))
    async def follow_state(
        self,
        key: Key,
        resources: ResourcesDep,
        last_event_id: Annotated[str, HeaderParameter(name="Last-Event-ID")] = "",
    ) -> ServerSentEvent:
        """Follow a key: its current entry, then every change, as Server-Sent Events.

        With ``Last-Event-ID`` an entry that the caller has seen is not sent again.
        """
        events = follow(resources.state, key, after=seen_version(last_event_id))
        # Subscribed before the answer begins, so that without a database it can still be a 503.
        await anext(events)
        return ServerSentEvent(events)

    @put("/{key:str}", responses=problems(412, 415, 422, 503))
    async def set_state(
        self,
        key: Key,
        data: JSONBody[StateInput],
        resources: ResourcesDep,
        if_match: Annotated[
            str | None, HeaderParameter(name="If-Match", pattern=ENTITY_TAG)
        ] = None,
    ) -> Response[StateOutput]:
        """Set the value of a key, if it still has the version given in ``If-Match`` (RFC 9110)."""
        expected = expected_version(if_match)
        with measured("state.set"):
            entry = await resources.state.set(key, data.value, expected=expected)
        return _answer(entry)


async def follow(
    state: StateStore, key: str, *, after: int
) -> AsyncGenerator[ServerSentEventMessage, None]:
    """Yield a comment once subscribed, then the entries of ``key`` newer than version ``after``.

    The first comment is for the handler, which waits for it. More go out between the entries, so
    that nobody on the way takes the stream for dead.
    """
    async with state.subscribe(key, after=after) as subscription:
        yield ServerSentEventMessage(comment="subscribed", data=None)
        while True:
            try:
                async with asyncio.timeout(PING_INTERVAL):
                    entry = await anext(subscription)
            except TimeoutError:
                yield ServerSentEventMessage(comment="ping", data=None)
            except StopAsyncIteration:
                return
            else:
                content = StateOutput.of(entry).model_dump_json()
                yield ServerSentEventMessage(data=content, id=entry.version)


def _answer(entry: StateEntry) -> Response[StateOutput]:
    return Response(StateOutput.of(entry), headers={"ETag": entity_tag(entry)})
