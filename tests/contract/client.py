"""The client every test speaks through: it asks, and looks at each answer in passing."""

import re
import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpx2

from .events import EventStream
from .openapi import Document
from .trust import NOBODY
from .watch import broken_promises

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
PROBLEM_MEMBERS = {"type", "title", "status", "detail", "instance", "request_id"}
ERROR_MEMBERS = {"pointer", "detail", "code"}
REQUIRED_HEADERS = {
    "Retry-After": {429, 503},
    "WWW-Authenticate": {401},
    "Allow": {405},
}
# At least a day, or it protects nobody.
LASTING = re.compile(r"max-age=[1-9]\d{4,}(; *includeSubDomains)?(; *preload)?", re.IGNORECASE)
SECONDS = re.compile(r"[1-9]\d{0,2}")
# Words that a caller never has a reason to read.
INSIDE = re.compile(
    r"Traceback|site-packages|sqlalchemy|sqlite3|aiosqlite|psycopg|pymysql|asyncmy|OperationalError"
    r"|django|litestar|starlette|werkzeug|redis\.|\.py\b",
    re.IGNORECASE,
)


class Inspector:
    """Checks what CONTRACT.md promises of every response."""

    def __init__(self, url: str, *, production: bool = False) -> None:
        self._url = url
        self._production = production
        self._lock = threading.Lock()
        self._document: Document | None = None
        # True while a test breaks the service on purpose, where a 500 is an honest answer.
        self.broken_on_purpose = False

    @property
    def document(self) -> Document:
        """The service's own OpenAPI document, fetched once."""
        with self._lock:
            if self._document is None:
                answer = httpx2.get(
                    f"{self._url}/openapi.json", verify=NOBODY, trust_env=False, timeout=30
                )
                self._document = Document(answer.raise_for_status().json())
            return self._document

    def look(self, response: httpx2.Response, *, body: bytes | None) -> None:
        """Keep a sentence for each broken promise; `body` is None for a stream."""
        name = f"{response.request.method} {response.request.url.path[:80]} {response.status_code}"
        for sentence in (*_headers(response), *self._failure(response, body)):
            broken_promises.add(f"{name}: {sentence}")
        policy = response.headers.get("strict-transport-security", "")
        if self._production and not LASTING.fullmatch(policy):
            broken_promises.add(f"{name}: Strict-Transport-Security is {policy!r}")
        for sentence in self.document.complaints(response, body):
            broken_promises.add(sentence)

    def _failure(self, response: httpx2.Response, body: bytes | None) -> Iterable[str]:
        status, path = response.status_code, response.request.url.path
        if status < 400 or body is None or response.request.method == "HEAD":
            return
        for header, statuses in REQUIRED_HEADERS.items():
            if status in statuses and header not in response.headers:
                yield f"no {header}"
        if status in {429, 503} and not SECONDS.fullmatch(response.headers.get("retry-after", "1")):
            yield f"Retry-After is {response.headers['retry-after']!r}"
        if status >= 500 and status != 503 and not self.broken_on_purpose:
            yield f"a 5xx: {body[:300]!r}"
        if found := INSIDE.search(body.decode(errors="replace").replace(path, "")):
            yield f"tells of the inside: {found[0]!r}"
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if path == "/health/ready":
            return
        if media_type == "application/problem+json":
            yield from _problem(response)
        else:
            yield f"is {media_type or 'nothing'}, not a problem document: {body[:200]!r}"


def _problem(response: httpx2.Response) -> Iterable[str]:
    url = response.request.url
    problem = response.json()
    if missing := PROBLEM_MEMBERS - problem.keys():
        yield f"problem without {', '.join(sorted(missing))}"
        return
    wanted: dict[str, set[object]] = {
        "status": {response.status_code},
        "instance": {url.path, url.raw_path.decode().partition("?")[0]},
        "request_id": {response.headers.get("x-request-id")},
    }
    for member, values in wanted.items():
        if problem[member] not in values:
            yield f"problem says {member} {problem[member]!r}"
    wrong = [name for name in ("type", "title", "detail") if not isinstance(problem[name], str)]
    if wrong:
        yield f"problem members that are no strings: {wrong}"
    if response.status_code == 422 and not problem.get("errors"):
        yield "a validation problem without errors"
    for error in problem.get("errors", ()):
        if error.keys() != ERROR_MEMBERS or not all(isinstance(v, str) for v in error.values()):
            yield f"an error that is not pointer, detail, code: {error}"


def _headers(response: httpx2.Response) -> Iterable[str]:
    headers = response.headers
    if not REQUEST_ID.fullmatch(headers.get("x-request-id", "")):
        yield f"X-Request-ID is {headers.get('x-request-id')!r}"
    if len(headers.get_list("x-request-id")) > 1:
        yield "more than one X-Request-ID"
    if headers.get("x-content-type-options") != "nosniff":
        yield "no X-Content-Type-Options: nosniff"
    if headers.get("referrer-policy", "unsafe-url") in {"unsafe-url", ""}:
        yield f"Referrer-Policy is {headers.get('referrer-policy')!r}"
    framing = headers.get("content-security-policy", "")
    framed = re.search(r"frame-ancestors '(none|self)'", framing)
    if headers.get("x-frame-options", "").upper() != "DENY" and not framed:
        yield "no X-Frame-Options: DENY and no CSP frame-ancestors"


class Client:
    """One caller, with or without credentials."""

    def __init__(
        self,
        url: str,
        inspector: Inspector,
        headers: dict[str, str] | None = None,
        *,
        fresh_connections: bool = False,
    ) -> None:
        keep_alive = 0 if fresh_connections else 20
        self.inspector = inspector
        self.http = httpx2.Client(
            base_url=url,
            headers=headers,
            timeout=30,
            verify=NOBODY,
            trust_env=False,
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=keep_alive),
        )

    def request(self, method: str, path: str, **kwargs: Any) -> httpx2.Response:  # noqa: ANN401
        """Send a request and look at the answer."""
        response = self.http.request(method, path, **kwargs)
        self.inspector.look(response, body=response.content)
        return response

    def get(self, path: str, **kwargs: Any) -> httpx2.Response:  # noqa: ANN401
        """GET."""
        return self.request("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> httpx2.Response:  # noqa: ANN401
        """POST."""
        return self.request("POST", path, **kwargs)

    def put(self, path: str, **kwargs: Any) -> httpx2.Response:  # noqa: ANN401
        """PUT."""
        return self.request("PUT", path, **kwargs)

    def patch(self, path: str, **kwargs: Any) -> httpx2.Response:  # noqa: ANN401
        """PATCH."""
        return self.request("PATCH", path, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> httpx2.Response:  # noqa: ANN401
        """DELETE."""
        return self.request("DELETE", path, **kwargs)

    def events(self, key: str, last_event_id: str | None = None) -> EventStream:
        """Open the event stream of a state key."""
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        stream = EventStream(self.http, f"/state/{key}/events", headers)
        self.inspector.look(stream.response, body=None)
        return stream

    def port(self, path: str = "/health/live") -> int:
        """Ask for a path and tell the local port of the connection that was used."""
        with self.http.stream("GET", path) as response:
            address: tuple[str, int] = response.extensions["network_stream"].get_extra_info(
                "client_addr"
            )
            response.read()
        return address[1]

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


ClientFactory = Callable[..., Client]
