"""The suite's own parts: a check that never fails would prove nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.contract_stacks import DEFAULT

from .client import Inspector
from .events import parse, split
from .instances import missing_programs
from .metrics import Metrics
from .openapi import Document
from .rates import RatesService
from .stacks import Stack
from .test_running import together
from .trust import NOBODY
from .watch import broken_promises

PROBLEM = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "x",
    "instance": "/things/1",
    "request_id": "r-1",
}
GOOD_HEADERS = {
    "X-Request-ID": "r-1",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
DOCUMENT = Document(
    {
        "openapi": "3.1.0",
        "paths": {
            "/things/{id}": {
                "get": {
                    "responses": {
                        "200": {
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Thing"}
                                }
                            }
                        },
                        "404": {"$ref": "#/components/responses/Missing"},
                    }
                },
                "delete": {"responses": {"204": {"description": "gone"}}},
            },
            "/things/first": {"get": {"responses": {"200": {"content": {"text/plain": {}}}}}},
        },
        "components": {
            "responses": {"Missing": {"content": {"application/problem+json": {}}}},
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"type": "string"},
                        "note": {"type": "string", "nullable": True},
                    },
                }
            },
        },
    }
)


def respond(
    method: str = "GET",
    path: str = "/things/1",
    status: int = 200,
    **kwargs: Any,  # noqa: ANN401
) -> httpx2.Response:
    """Build a response as the client would see it."""
    request = httpx2.Request(method, f"http://service{path}")
    return httpx2.Response(status, request=request, **kwargs)


# OpenAPI ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        (respond(json={"id": "1"}), None),
        (respond(json={"id": "1", "note": None}), None),
        (respond(json={"id": 1}), "breaks its schema at $.id"),
        (respond(json={}), "breaks its schema"),
        (respond(status=418, json={}), "answered 418, which is not documented"),
        (respond(text="x"), "is text/plain, documented is application/json"),
        (
            respond(status=404, json={}),
            "is application/json, documented is application/problem+json",
        ),
        (respond(path="/things/first", text="x"), None),
        (respond(path="/elsewhere", status=404), None),
        (respond("DELETE", status=204), None),
        (respond("DELETE", status=204, text="x"), "has a body"),
        (respond("PUT", status=405), None),
    ],
)
def test_document(response: httpx2.Response, complaint: str | None) -> None:
    """Each way of not being true is found, and what is true is left alone."""
    complaints = list(DOCUMENT.complaints(response, response.content))
    if complaint is None:
        assert complaints == []
    else:
        assert complaint in complaints[0]


# Inspector ----------------------------------------------------------------------


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    """An inspector with a document, and nothing seen."""
    inspector = Inspector("http://service")
    inspector._document = DOCUMENT  # noqa: SLF001 - there is no service to ask
    broken_promises.drain()
    yield inspector
    broken_promises.drain()


def seen(inspector: Inspector, response: httpx2.Response) -> str:
    """Return what the inspector has to say."""
    inspector.look(response, body=response.content)
    return "\n".join(broken_promises.drain())


def test_good_responses(inspector: Inspector) -> None:
    """Nothing to say."""
    assert not seen(inspector, respond(json={"id": "1"}, headers=GOOD_HEADERS))
    headers = {**GOOD_HEADERS, "Content-Type": "application/problem+json"}
    assert not seen(inspector, respond(status=404, json=PROBLEM, headers=headers))


@pytest.mark.parametrize("header", GOOD_HEADERS)
def test_missing_header(inspector: Inspector, header: str) -> None:
    """Each promised header field is missed."""
    headers = {name: value for name, value in GOOD_HEADERS.items() if name != header}
    assert header in seen(inspector, respond(json={"id": "1"}, headers=headers))


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"status": 400}, 404, "says status 400"),
        ({"request_id": "r-2"}, 404, "says request_id 'r-2'"),
        ({"instance": "/other"}, 404, "says instance '/other'"),
        ({"detail": None}, 404, "no strings"),
        ({"detail": 'File "/app/site-packages/x.py"'}, 404, "tells of the inside"),
        ({"status": 422}, 422, "without errors"),
        ({"status": 422, "errors": [{"pointer": "/x"}]}, 422, "not pointer, detail, code"),
        ({"status": 503}, 503, "no Retry-After"),
        ({"status": 429}, 429, "no Retry-After"),
        ({"status": 401}, 401, "no WWW-Authenticate"),
        ({"status": 405}, 405, "no Allow"),
        ({"status": 500}, 500, "a 5xx"),
    ],
)
def test_bad_problems(
    inspector: Inspector, change: dict[str, object], status: int, said: str
) -> None:
    """Each broken promise of a problem document is seen."""
    headers = {**GOOD_HEADERS, "Content-Type": "application/problem+json"}
    assert said in seen(inspector, respond(status=status, json=PROBLEM | change, headers=headers))


def test_errors_that_are_no_problems(inspector: Inspector) -> None:
    """Any other body of an error is one."""
    bodies: list[dict[str, Any]] = [{"json": {}}, {"text": "Not Found"}, {"content": b""}]
    for body in bodies:
        answer = respond(status=404, headers=GOOD_HEADERS, **body)
        assert "not a problem document" in seen(inspector, answer)


# Readers ------------------------------------------------------------------------


def test_events() -> None:
    """Comments are passed over, data lines joined, an unfinished event dropped."""
    stream = [b": hi\r\n\r\nid: 1\nda", b"ta: a\ndata:b\n\nevent: x\n\nid: 2\ndata: c\n\ndata: d\n"]
    assert [(event.id, event.data) for event in parse(split(stream))] == [("1", "a\nb"), ("2", "c")]


def test_metrics() -> None:
    """Names, labels with quotes in them, values."""
    metrics = Metrics('# TYPE a counter\na{x="1",y="\\"}"} 2\na{x="2"} 3.5\nb +Inf\n')
    assert metrics.types == {"a": "counter"}
    assert metrics.total("a") == 5.5
    assert metrics.total("a", x="2") == 3.5
    with pytest.raises(AssertionError, match="not a line"):
        Metrics("what is this?")


def test_names_of_stacks() -> None:
    """Names are read and written; what is no stack is refused."""
    for name in DEFAULT:
        assert Stack.parse(name).name == name
    for name in ("fastapi", "rails-sqlite-memory-jwt-example", "fastapi-sqlite-memory-jwt-yes"):
        with pytest.raises(ValueError, match=name):
            Stack.parse(name)


# The exchange-rate service ------------------------------------------------------


@pytest.fixture
def rates() -> Iterator[RatesService]:
    """An exchange-rate service."""
    service = RatesService(table={"GBP": "0.5"})
    yield service
    service.refuse()


def ask(rates: RatesService, target: str = "GBP") -> httpx2.Response:
    """Ask for a rate."""
    return httpx2.get(f"{rates.url}/rates/USD/{target}", verify=NOBODY, trust_env=False, timeout=10)


def test_rates(rates: RatesService) -> None:
    """Answers, fails as often as told, talks nonsense, refuses and comes back at the same place."""
    assert ask(rates).json() == {"rate": "0.5"}
    assert ask(rates, "USD").json() == {"rate": "1"}
    rates.fail(500, times=2)
    assert [ask(rates).status_code for _ in range(3)] == [500, 500, 200]
    rates.talk_nonsense(b"x")
    assert ask(rates).text == "x"
    rates.refuse()
    with pytest.raises(httpx2.ConnectError):
        ask(rates)
    assert len(rates.calls) == 6
    rates.reset()
    assert ask(rates).is_success
    assert [(call.source, call.target) for call in rates.calls] == [("USD", "GBP")]


def test_rates_held(rates: RatesService) -> None:
    """Calls wait for the end of the block, and are counted side by side."""
    with ThreadPoolExecutor(3) as pool:
        with rates.held():
            asked = [pool.submit(ask, rates) for _ in range(3)]
            assert rates.wait_for_calls(3)
            assert not any(future.done() for future in asked)
        assert all(future.result().is_success for future in asked)
    assert rates.high_water == 3
    assert rates.wait_idle()


def test_starts_that_must_fail_are_shared_by_settings_of_different_names() -> None:
    production = {"ENVIRONMENT": "production", "SECRET_KEY": "strong", "ALLOWED_HOSTS": ""}
    cases = {
        "port": {"PORT": "http"},
        "hosts": production,
        "flags": {"FLAGS": "["},
        "port too high": {"PORT": "65536"},
        "secret": {**production, "SECRET_KEY": ""},
        "workers": {"WORKERS": "0"},
    }

    assert together(cases) == [
        ["port", "flags", "workers"],
        ["hosts"],
        ["port too high"],
        ["secret"],
    ]


def test_programs_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a stack is left out, and said to be, where nothing could be started for it."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert missing_programs("sqlite", "memory", "oidc") == ["node", "npm"]
    assert missing_programs("sqlite", "memory", "jwt") == []
