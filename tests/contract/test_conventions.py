"""Section 1: what is the same for every request. State stands in for any resource."""

import itertools
import json
import re
from collections.abc import Iterator

import httpx2
import pytest

from . import raw
from .client import REQUEST_ID, Client
from .products import create
from .service import Service

pytestmark = pytest.mark.contract("1")

LIMIT = 1024 * 1024
_keys = itertools.count(1)


@pytest.fixture
def key() -> str:
    """A state key that no other test uses."""
    return f"conventions-{next(_keys)}"


def put_text(client: Client, key: str, body: bytes | str) -> httpx2.Response:
    """PUT a body as it stands."""
    return client.put(f"/state/{key}", content=body, headers={"Content-Type": "application/json"})


def assert_nothing_stored(client: Client, key: str) -> None:
    """Nothing of a refused write may be found afterwards."""
    assert client.get(f"/state/{key}").status_code == 404


# Statuses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/", "/health", "/state", "/state/a/b", "/health/live/", "/flags/", "/FLAGS"],
)
def test_unknown_path(anonymous: Client, path: str) -> None:
    """404; a trailing slash is another path, and not a redirect."""
    assert anonymous.get(path).status_code == 404


def test_wrong_method_names_every_method(service: Service, editor: Client) -> None:
    """405 with an `Allow` that lists all documented methods of the path, and none it refuses."""
    document = service.inspector.document
    for template in document.paths:
        path = template.replace("{", "").replace("}", "")
        documented = document.methods(template)
        for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
            if method in documented:
                continue
            answer = editor.request(method, path)
            allowed = {name.strip() for name in answer.headers.get("allow", "").split(",")}
            assert answer.status_code == 405, f"{method} {path}"
            assert documented <= allowed, f"{method} {path}"
            assert method not in allowed, f"{method} {path}"


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data"])
def test_wrong_media_type(editor: Client, key: str, media_type: str) -> None:
    """415, and nothing stored."""
    answer = editor.put(
        f"/state/{key}", content=b'{"value":1}', headers={"Content-Type": media_type}
    )
    assert answer.status_code == 415
    assert_nothing_stored(editor, key)


def test_form_is_a_wrong_media_type(editor: Client, key: str) -> None:
    """415 for what a page of another site can send without asking."""
    assert editor.put(f"/state/{key}", data={"value": "1"}).status_code == 415


def test_media_type_with_parameters(editor: Client, key: str) -> None:
    """A charset changes nothing: JSON is UTF-8."""
    answer = editor.put(
        f"/state/{key}",
        content='{"value":"é"}'.encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    assert answer.status_code == 200
    assert answer.json()["value"] == "é"


@pytest.mark.parametrize(
    "body", ["{", '{"value":1', '{"value":1}}', "{'value':1}", '{"value":01}', "hello", '"\t"']
)
def test_malformed_json(editor: Client, key: str, body: str) -> None:
    """400, and nothing stored."""
    assert put_text(editor, key, body).status_code == 400
    assert_nothing_stored(editor, key)


@pytest.mark.parametrize("body", ["null", "[]", "1", '"value"', "{}", '{"value":1,"other":2}'])
def test_wrong_shape(editor: Client, key: str, body: str) -> None:
    """422 for JSON that is not the object asked for."""
    assert put_text(editor, key, body).status_code == 422
    assert_nothing_stored(editor, key)


def test_empty_body(editor: Client, key: str) -> None:
    """A missing body is refused like a broken one."""
    assert put_text(editor, key, b"").status_code in {400, 422}
    assert_nothing_stored(editor, key)


# The limit ----------------------------------------------------------------------


def test_body_over_the_limit(editor: Client, key: str) -> None:
    """413 for a body that says beforehand how long it is."""
    body = b'{"value":"' + b"x" * LIMIT + b'"}'
    assert put_text(editor, key, body).status_code == 413
    assert_nothing_stored(editor, key)


def test_body_over_the_limit_without_length(editor: Client, key: str) -> None:
    """413 for a body in chunks that only turns out to be too long."""

    def chunks() -> Iterator[bytes]:
        yield b'{"value":"'
        for _ in range(20):
            yield b"x" * (LIMIT // 16)
        yield b'"}'

    answer = editor.put(
        f"/state/{key}", content=chunks(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert_nothing_stored(editor, key)


def test_every_body_has_the_limit_and_the_media_type(
    service: Service, editor: Client, key: str
) -> None:
    """413 and 415 wherever the document has a body, whatever else the request would need."""
    seen = 0
    for method, template, operation in service.inspector.document.operations():
        if "requestBody" not in operation:
            continue
        path = re.sub(r"\{[^}]*\}", key, template)
        if "product" in template and path != template:
            path = f"/products/{create(editor)['id']}"
        documented = next(iter(operation["requestBody"]["content"]))
        for content, media_type, status in (
            (b"x" * (LIMIT + 1), documented, 413),
            (b"<a/>", "application/xml", 415),
        ):
            answer = editor.request(
                method, path, content=content, headers={"Content-Type": media_type}
            )
            assert answer.status_code == status, f"{method} {template} {media_type}"
        seen += 1
    assert seen, "nothing takes a body"


@pytest.mark.only(example=True)
@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (b"{", {400}),
        (b"[" * 100_000, {400, 422}),
        (b'{"sku":"\xff"}', {400, 422}),
        (b'{"sku":"AAA","name":"\\ud800","price":"1.00","currency":"EUR"}', {422}),
        (b'{"sku":"AAA","name":"a","price":NaN,"currency":"EUR"}', {400, 422}),
        (b'{"sku":"AAA","name":"a","price":1e400,"currency":"EUR"}', {400, 422}),
    ],
    ids=["open", "brackets", "no text", "surrogate", "nan", "infinite"],
)
def test_hostile_bodies_of_products(editor: Client, body: bytes, statuses: set[int]) -> None:
    """What is refused of state is refused of a resource with fields too."""
    path = f"/products/{create(editor)['id']}"
    headers = {"Content-Type": "application/json"}
    assert editor.post("/products", content=body, headers=headers).status_code in statuses
    assert editor.patch(path, content=body, headers=headers).status_code in statuses


def test_body_under_the_limit(editor: Client, key: str) -> None:
    """What is within the limit is taken, and comes back whole."""
    value = "x" * (LIMIT - 1000)
    assert editor.put(f"/state/{key}", json={"value": value}).status_code == 200
    assert editor.get(f"/state/{key}").json()["value"] == value


# Hostile values -----------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        r'"a\u0000b"',
        r'{"a\u0000b": 1}',
        r'[["\u0000"]]',
        r'"\ud800"',
        r'"\udc00 \ud800"',
        r'{"\udfff": 1}',
        r'[{"a": "\ud83d"}]',
    ],
)
def test_nul_and_lone_surrogates(editor: Client, key: str, value: str) -> None:
    """422, never stored, at any depth and in names too."""
    assert put_text(editor, key, f'{{"value":{value}}}').status_code == 422
    assert_nothing_stored(editor, key)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "[NaN]"])
def test_numbers_that_are_none(editor: Client, key: str, value: str) -> None:
    """Refused: they could not be answered as JSON."""
    assert put_text(editor, key, f'{{"value":{value}}}').status_code in {400, 422}
    assert_nothing_stored(editor, key)


@pytest.mark.parametrize(
    "value",
    [2**63, -(2**63) - 1, 2**64, 10**30, -(10**30), 10**5000],
    ids=lambda v: f"{v:.3e}" if abs(v) < 10**300 else "huge",
)
def test_numbers_past_64_bits(editor: Client, key: str, value: int) -> None:
    """Refused as a whole; never rounded, never a 500."""
    digits = str(value) if abs(value) < 10**300 else "9" * 5001
    assert put_text(editor, key, f'{{"value":{digits}}}').status_code in {400, 422}
    assert_nothing_stored(editor, key)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"value":' + b"[" * 100_000,
        b'{"value":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"value":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    ],
    ids=["open", "open in value", "closed", "objects"],
)
def test_deep_nesting(editor: Client, key: str, body: bytes) -> None:
    """100,000 brackets are refused like any other bad body."""
    assert put_text(editor, key, body).status_code in {400, 422}
    assert_nothing_stored(editor, key)


@pytest.mark.parametrize("depth", [20, 30, 60, 120, 500, 900])
def test_nesting_is_refused_or_kept(editor: Client, key: str, depth: int) -> None:
    """Whatever depth is taken comes back the same, on every database."""
    body = '{"value":' + "[" * depth + "]" * depth + "}"
    answer = put_text(editor, key, body)
    assert answer.status_code in {200, 400, 422}
    if answer.status_code == 200:
        assert editor.get(f"/state/{key}").json()["value"] == json.loads(body)["value"]
    else:
        assert depth > 30, "thirty levels are not absurd"
        assert_nothing_stored(editor, key)


@pytest.mark.parametrize("body", [b'{"value":"\xff"}', b'{"value":"\xc0\x80"}', b"\xff\xfe{}"])
def test_invalid_utf8_in_a_body(editor: Client, key: str, body: bytes) -> None:
    """Refused: bodies are UTF-8."""
    assert put_text(editor, key, body).status_code in {400, 422}
    assert_nothing_stored(editor, key)


@pytest.mark.parametrize(
    "target",
    [
        "/state/%00",
        "/state/a%00b",
        "/state/%ff%fe",
        "/state/%C0%80",
        "/state/%ED%A0%80",
        "/%00",
        "/%ff",
        "/flags%00",
        "/flags?a=%00&%00=b",
        "/flags?a=%ff",
        "/state/x?%ed%a0%80=1",
        "/state/" + "a" * 3000,
        "/state/a?" + "b" * 6000,
        "//state/a",
        "/state/../flags%2f",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/state/%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_hostile_paths_and_queries(service: Service, target: str) -> None:
    """Bytes that are no text and NULs in paths and queries are refused or ignored."""
    answer = raw.get(service.address, target.encode())
    assert 200 <= answer.status < 500, answer.text[:300]
    assert "\nset-cookie: a=b" not in answer.text.lower()


@pytest.mark.parametrize(
    "target", [b"/state/\xff", b"/flags?q=\xff\xfe", b"/\x00", b"/state/\xed\xa0\x80", b"flags"]
)
def test_raw_bytes_in_the_request_line(service: Service, anonymous: Client, target: bytes) -> None:
    """What no client may send is refused, or the connection ends; the service goes on."""
    answer = raw.get(service.address, target)
    assert answer.status < 500, answer.text[:300]
    assert anonymous.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: -1",),
        (b"Content-Length: 1", b"Content-Length: 2"),
        (b"Transfer-Encoding: nonsense",),
        (b"X-Request-ID: \xff\xfe",),
        (b"If-Match: \xff",),
        (b"Last-Event-ID: \xff",),
        (b"Accept: \xff/\xff",),
        (b"Cookie: \xff=\xff; a",),
        (b"Authorization: Bearer \xff\xfe",),
        (b"Authorization: \xe9",),
        (b"X-API-Key: \xff\xfe",),
        (b"Content-Type: \xff",),
        (b"Origin: \xff",),
    ],
    ids=lambda headers: headers[0].decode("latin-1").split(":")[0],
)
def test_hostile_headers(service: Service, anonymous: Client, headers: tuple[bytes, ...]) -> None:
    """Header fields that are no text never give a 5xx."""
    for path in (b"/flags", b"/state/conventions", b"/auth/me"):
        answer = raw.get(service.address, path, *headers)
        assert 200 <= answer.status < 500, answer.text[:300]
    assert anonymous.get("/health/live").status_code == 200


def test_head_and_options_are_no_error(anonymous: Client) -> None:
    """The methods that every client may try are answered, and never with a 5xx."""
    for path in ("/health/live", "/flags", "/state/conventions"):
        for method in ("HEAD", "OPTIONS"):
            assert anonymous.request(method, path).status_code < 500


# Header fields ------------------------------------------------------------------


@pytest.mark.parametrize("request_id", ["a", "A-Z_a.z-09", "x" * 128])
def test_request_id_of_the_caller(anonymous: Client, request_id: str) -> None:
    """The caller's id comes back when it is well formed."""
    answer = anonymous.get("/flags", headers={"X-Request-ID": request_id})
    assert answer.headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", "ä", "a/b", "<a>", "a\tb", "a,b"])
def test_request_id_that_is_not_taken(anonymous: Client, request_id: str) -> None:
    """A bad id is replaced by a new one, and never echoed."""
    answers = [
        anonymous.get("/flags", headers={"X-Request-ID": request_id.encode()}) for _ in range(2)
    ]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert all(REQUEST_ID.fullmatch(given) for given in ids)
    assert request_id not in ids
    assert ids[0] != ids[1]


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/flags", "/docs", "/metrics"])
def test_request_id_is_new_each_time(anonymous: Client, path: str) -> None:
    """Without one from the caller each request gets its own."""
    ids = {anonymous.get(path).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


def test_request_id_is_in_the_problem(anonymous: Client) -> None:
    """The problem document names the same id."""
    answer = anonymous.get("/nowhere", headers={"X-Request-ID": "find-me"})
    assert answer.json()["request_id"] == "find-me"


def test_cors_is_off(anonymous: Client) -> None:
    """No origin is allowed before one is configured."""
    origin = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "PUT"}
    for answer in (
        anonymous.get("/flags", headers=origin),
        anonymous.request("OPTIONS", "/flags", headers=origin),
    ):
        assert not any(name.startswith("access-control-") for name in answer.headers)


def test_no_hsts_in_development(anonymous: Client) -> None:
    """A development machine does not tell browsers to insist on HTTPS."""
    assert "strict-transport-security" not in anonymous.get("/flags").headers


def test_json_is_utf8(editor: Client, key: str) -> None:
    """Text outside ASCII goes in and comes out the same, also outside the basic plane."""
    value = {"Ünïcode 🚀": ["\u202e", "\u2028", "é", "e\u0301", "\x7f", "\ufeff", "中文", "👩‍👩‍👧"]}
    assert editor.put(f"/state/{key}", json={"value": value}).status_code == 200
    answer = editor.get(f"/state/{key}")
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    assert json.loads(answer.content.decode("utf-8"))["value"] == value
