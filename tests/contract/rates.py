"""A controllable exchange-rate service: `GET /rates/{from}/{to}` answers `{"rate":"0.9052"}`.

A real HTTP server on loopback. A test switches its behaviour and reads what arrived.
"""

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH_PARTS = 4  # "", "rates", from, to


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    source: str
    target: str
    headers: Mapping[str, str]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


@dataclass
class RatesService:
    """The service; `port` stays the same over `refuse` and `accept`."""

    table: dict[str, str] = field(default_factory=dict)
    default: str = "0.9052"

    def __post_init__(self) -> None:
        """Bind to a free port and answer."""
        self.calls: list[Call] = []
        self.running = 0
        self.high_water = 0
        self._changed = threading.Condition()
        self._gate = threading.Event()
        self._gate.set()
        self._answer: Callable[[BaseHTTPRequestHandler, Call], None] = self._ok
        self._server: _Server | None = None
        self.port = 0
        self.accept()

    @property
    def url(self) -> str:
        """The base URL, for RATES_URL."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        """What makes a service convert prices with these rates."""
        return {
            "RATES_URL": self.url,
            "RATES_TOKEN": secrets.token_urlsafe(24),
            "FLAGS": '{"price-conversion": true}',
        }

    # Behaviours -----------------------------------------------------------------

    def reset(self) -> None:
        """Answer well again and forget what arrived."""
        self.accept()
        self._answer = self._ok
        self._gate.set()
        with self._changed:
            self.calls.clear()
            self.high_water = self.running

    def ok(self) -> None:
        """Answer with a rate."""
        self._answer = self._ok

    def fail(self, status: int = 500, *, times: int | None = None) -> None:
        """Answer with a status of failure: always, or only that many times."""
        left = iter(range(times)) if times is not None else None

        def answer(handler: BaseHTTPRequestHandler, call: Call) -> None:
            if left is not None and next(left, None) is None:
                self._ok(handler, call)
                return
            _reply(handler, b'{"error":"no"}', status=status)

        self._answer = answer

    def talk_nonsense(self, body: bytes, content_type: str = "application/json") -> None:
        """Answer 200 with this body."""
        self._answer = lambda handler, _: _reply(handler, body, content_type=content_type)

    def slow(self, seconds: float) -> None:
        """Answer well, but only after a time."""

        def answer(handler: BaseHTTPRequestHandler, call: Call) -> None:
            time.sleep(seconds)
            self._ok(handler, call)

        self._answer = answer

    def drip(self, interval: float, pieces: int) -> None:
        """Send the body a byte at a time, so that no single read takes long."""

        def answer(handler: BaseHTTPRequestHandler, call: Call) -> None:
            body = self._body(call).ljust(pieces)
            _head(handler, len(body), 200, "application/json")
            for position in range(len(body)):
                handler.wfile.write(body[position : position + 1])
                handler.wfile.flush()
                time.sleep(interval)

        self._answer = answer

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let calls arrive and wait; they are answered well when the block ends."""
        self._gate.clear()
        try:
            yield
        finally:
            self._gate.set()

    def refuse(self) -> None:
        """Stop listening: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def accept(self) -> None:
        """Listen (again)."""
        if self._server is None:
            self._server = _Server(("127.0.0.1", self.port), self._handler())
            self.port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    # What arrived ---------------------------------------------------------------

    def wait_for_calls(self, count: int, timeout: float = 10) -> bool:
        """Wait until that many calls have arrived since `reset`."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.calls) >= count, timeout)

    def wait_idle(self, timeout: float = 10) -> bool:
        """Wait until no call is being answered."""
        with self._changed:
            return self._changed.wait_for(lambda: self.running == 0, timeout)

    # Answers --------------------------------------------------------------------

    def _body(self, call: Call) -> bytes:
        rate = "1" if call.source == call.target else self.table.get(call.target, self.default)
        return json.dumps({"rate": rate}).encode()

    def _ok(self, handler: BaseHTTPRequestHandler, call: Call) -> None:
        _reply(handler, self._body(call))

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        parts = handler.path.partition("?")[0].split("/")
        if len(parts) != PATH_PARTS or parts[1] != "rates":
            _reply(handler, b'{"error":"unknown path"}', status=404)
            return
        call = Call(parts[2], parts[3], {k.lower(): v for k, v in handler.headers.items()})
        with self._changed:
            self.calls.append(call)
            self.running += 1
            self.high_water = max(self.high_water, self.running)
            self._changed.notify_all()
        try:
            self._gate.wait(30)
            with contextlib.suppress(OSError):
                self._answer(handler, call)
        finally:
            with self._changed:
                self.running -= 1
                self._changed.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        handle = self._handle

        class Handler(BaseHTTPRequestHandler):
            # A connection a call: closing the server then refuses at once, without idle
            # connections living on.
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                handle(self)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        return Handler


def _head(handler: BaseHTTPRequestHandler, length: int, status: int, content_type: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()


def _reply(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    *,
    status: int = 200,
    content_type: str = "application/json",
) -> None:
    _head(handler, len(body), status, content_type)
    handler.wfile.write(body)
