"""A reader of Server-Sent Events (HTML Living Standard, section 9.2)."""

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2


@dataclass(frozen=True)
class Event:
    """One dispatched event."""

    id: str | None
    data: str

    @property
    def entry(self) -> Any:  # noqa: ANN401 - a JSON document
        """The state entry that the data holds."""
        return json.loads(self.data)


def parse(lines: Iterable[str]) -> Iterator[Event]:
    """Yield events from the lines of a stream; comments and empty events are passed over."""
    last_id: str | None = None
    data: list[str] = []
    for line in lines:
        if not line:
            if data:
                yield Event(last_id, "\n".join(data))
            data = []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            data.append(value)
        elif field == "id" and "\0" not in value:
            last_id = value


def split(chunks: Iterable[bytes]) -> Iterator[str]:
    r"""Yield lines that end with \n or \r\n, and no others (JSON may hold U+2028)."""
    pending = b""
    for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode()


class EventStream:
    """An open stream; a thread reads it, so that a test waits for events and never polls."""

    def __init__(self, http: httpx2.Client, path: str, headers: dict[str, str]) -> None:
        self._http = http
        self._request = http.build_request(
            "GET", path, headers={"Accept": "text/event-stream", **headers}
        )
        self._request.extensions["timeout"] = {"connect": 10, "read": None, "write": 10, "pool": 10}
        self._events: queue.Queue[Event | None] = queue.Queue()
        self.response = http.send(self._request, stream=True)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Use as a context manager, which closes the stream."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the stream."""
        self.close()

    def _read(self) -> None:
        with contextlib.suppress(httpx2.HTTPError, httpx2.StreamError, OSError):
            for event in parse(split(self.response.iter_bytes())):
                self._events.put(event)
        self._events.put(None)

    def next(self, timeout: float = 15) -> Event:
        """Wait for the next event; fails the test when none arrives or the stream ends."""
        try:
            event = self._events.get(timeout=timeout)
        except queue.Empty:
            message = f"no event within {timeout} s on {self._request.url}"
            raise AssertionError(message) from None
        if event is None:
            message = f"the stream {self._request.url} ended"
            raise AssertionError(message)
        return event

    def until(self, version: int, timeout: float = 15) -> list[Event]:
        """Collect events up to the one whose id is the version."""
        events = [self.next(timeout)]
        while events[-1].id != str(version):
            events.append(self.next(timeout))
        return events

    def wait_closed(self, timeout: float) -> bool:
        """Tell whether the server ended the stream within `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Hang up; the reading thread wakes and ends."""
        connection = self.response.extensions["network_stream"].get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self.response.close()
