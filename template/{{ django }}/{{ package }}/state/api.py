"""Shared state: read it, set it, follow it."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Self

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Header, Path, Router
from pydantic import BaseModel

from ..core.errors import NotFoundError
from ..core.metrics import measured
from ..core.openapi import problems
from ..core.responses import respond_with
from ..core.serialization import Moment
from ..core.validation import InputModel, JsonDocument
from .models import KEY_PATTERN, Entry
from .subscriptions import follow

router = Router(tags=["state"])

VERSION = re.compile("[0-9]{1,18}")
STREAM = {"responses": {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}}

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
    def of(cls, entry: Entry) -> Self:
        """Show an entry."""
        return cls(
            key=entry.key, value=entry.value, version=entry.version, updated_at=entry.updated_at
        )


@router.get("/{key}", response={200: StateOutput} | problems(404, 422, 503), auth=None)
def read_state(request: HttpRequest, key: Key) -> HttpResponse:
    """Read the value of a key; its version is the entity tag too."""
    entry = Entry.objects.filter(pk=key).first()
    if entry is None:
        msg = f"The state {key!r} was never set."
        raise NotFoundError(msg)
    return respond_with(StateOutput.of(entry), headers={"ETag": f'"{entry.version}"'})


@router.put("/{key}", response={200: StateOutput} | problems(412, 413, 415, 422, 503))
def set_state(
    request: HttpRequest,
    key: Key,
    body: StateInput,
    if_match: Annotated[str | None, Header(alias="If-Match", pattern=r'^"[0-9]{1,100}"$')] = None,
) -> HttpResponse:
    """Set the value of a key, if it still has the version given in ``If-Match`` (RFC 9110)."""
    expected = None if if_match is None else int(if_match.strip('"'))
    with measured("state.set"):
        entry = Entry.objects.put(key, body.value, expected=expected)
    return respond_with(StateOutput.of(entry), headers={"ETag": f'"{entry.version}"'})


@router.get(
    "/{key}/events", response={200: None} | problems(422, 503), auth=None, openapi_extra=STREAM
)
def follow_state(
    request: HttpRequest,
    key: Key,
    last_event_id: Annotated[str, Header(alias="Last-Event-ID")] = "",
) -> StreamingHttpResponse:
    """Follow a key: its current entry, then every change, as Server-Sent Events.

    With ``Last-Event-ID`` an entry that the caller has seen is not sent again.
    """
    Entry.objects.filter(pk=key).exists()  # without the database this is still a 503
    # What no version was ever called is passed over: a browser sends on what it was given once.
    seen = int(last_event_id) if VERSION.fullmatch(last_event_id) else 0
    return StreamingHttpResponse(
        _events(follow(key, after=seen)),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(entries: AsyncIterator[Entry | None]) -> AsyncIterator[str]:
    yield ": following\n\n"  # opens the stream at once, also where there is nothing to tell yet
    async for entry in entries:
        if entry is None:
            yield ": still here\n\n"  # a caller who has gone away is noticed only by sending
        else:
            yield f"id: {entry.version}\ndata: {StateOutput.of(entry).model_dump_json()}\n\n"
