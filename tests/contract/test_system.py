"""Section 2: the endpoints of the service itself."""

import re
from typing import Any

import pytest

from .client import Client
from .service import Service
from .stacks import Stack

pytestmark = pytest.mark.contract("2")

SYSTEM = {
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/flags"),
    ("GET", "/state/{}"),
    ("PUT", "/state/{}"),
    ("GET", "/state/{}/events"),
}
EXAMPLE = {
    ("GET", "/products"),
    ("POST", "/products"),
    ("GET", "/products/{}"),
    ("PATCH", "/products/{}"),
    ("DELETE", "/products/{}"),
    ("GET", "/products/{}/prices"),
}
AUTH = {
    "none": set[tuple[str, str]](),
    "jwt": {("POST", "/auth/token"), ("POST", "/auth/refresh"), ("POST", "/auth/logout")},
    "session": {("POST", "/auth/login"), ("POST", "/auth/logout"), ("GET", "/auth/csrf")},
    "oidc": {
        ("GET", "/auth/login"),
        ("GET", "/auth/callback"),
        ("POST", "/auth/logout"),
        ("GET", "/auth/csrf"),
    },
    "api_key": set[tuple[str, str]](),
}
WRITES = {
    ("PUT", "/state/{}"),
    ("POST", "/products"),
    ("PATCH", "/products/{}"),
    ("DELETE", "/products/{}"),
}


def test_live(anonymous: Client) -> None:
    """Alive, and nothing else."""
    answer = anonymous.get("/health/live")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


def test_ready(anonymous: Client) -> None:
    """Each component by name, and no addresses."""
    answer = anonymous.get("/health/ready")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok"
    assert {"database", "cache"} <= body["components"].keys()
    assert all(component["status"] == "ok" for component in body["components"].values())
    assert "127.0.0.1" not in answer.text
    assert "://" not in answer.text


def test_health_is_not_cached(anonymous: Client) -> None:
    """What stands between does not keep an old answer: no Cache-Control that would let it."""
    for path in ("/health/live", "/health/ready"):
        policy = anonymous.get(path).headers.get("cache-control", "no-store")
        assert "public" not in policy
        assert not re.search(r"max-age=[1-9]", policy)


def test_docs(anonymous: Client) -> None:
    """A page for people, about the document of this service."""
    answer = anonymous.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "openapi.json" in answer.text


def test_openapi_names_every_route(service: Service, anonymous: Client, stack: Stack) -> None:
    """The routes of the stack's contract, all of them and no others."""
    answer = anonymous.get("/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    assert answer.json()["openapi"].startswith("3.")
    documented = {
        (method, re.sub(r"\{[^}]*\}", "{}", path))
        for method, path, _ in service.inspector.document.operations()
        if method not in {"HEAD", "OPTIONS"}
    }
    wanted = SYSTEM | (EXAMPLE if stack.example else set()) | AUTH[stack.auth]
    if stack.auth != "none":
        wanted |= {("GET", "/auth/me")}
    assert documented == wanted


def test_openapi_describes_problems(service: Service) -> None:
    """Every operation that can refuse says so with the schema of a problem document."""
    for method, path, operation in service.inspector.document.operations():
        for status, response in operation["responses"].items():
            if not status.startswith(("4", "5")) or path == "/health/ready":
                continue
            content = response.get("content") or _resolved(service, response).get("content", {})
            assert "application/problem+json" in content, f"{method} {path} {status}"
            schema = content["application/problem+json"]["schema"]
            members = _members(service, schema)
            wanted = {"type", "title", "status", "detail", "instance", "request_id"}
            assert wanted <= members, f"{method} {path} {status}"
            if status == "422":
                assert "errors" in members, f"{method} {path}"


def test_openapi_writes_document_their_refusals(service: Service, stack: Stack) -> None:
    """Statuses that a write can always answer."""
    for method, path, operation in service.inspector.document.operations():
        if (method, re.sub(r"\{[^}]*\}", "{}", path)) not in WRITES:
            continue
        wanted = {"503"}
        if "requestBody" in operation:
            wanted |= {"400", "413", "415", "422"}
        if stack.auth != "none":
            wanted |= {"401", "403"}
        assert wanted <= operation["responses"].keys(), f"{method} {path}"


PARAMETERS = {
    ("GET", "/products"): {"limit", "offset", "q"},
    ("GET", "/products/{}/prices"): {"currencies"},
    ("PUT", "/state/{}"): {"if-match"},
    ("GET", "/state/{}/events"): {"last-event-id"},
}


def test_openapi_names_what_is_asked_for(service: Service) -> None:
    """Parameters by name, the bounds of the page, and a schema for each body and each success."""
    document = service.inspector.document
    for method, path, operation in document.operations():
        route = (method, re.sub(r"\{[^}]*\}", "{}", path))
        given = [*document.paths[path].get("parameters", []), *operation.get("parameters", [])]
        parameters = {
            found["name"].lower(): found for found in (_resolved(service, p) for p in given)
        }
        assert PARAMETERS.get(route, set()) <= parameters.keys(), route
        if route == ("GET", "/products"):
            limit = _resolved(service, parameters["limit"]["schema"])
            assert (limit["minimum"], limit["maximum"], limit["default"]) == (1, 100, 20)
        if "requestBody" in operation:
            body = _resolved(service, operation["requestBody"])
            for content in body["content"].values():
                assert _members(service, content["schema"]), route
        for status, response in operation["responses"].items():
            for media_type, content in _resolved(service, response).get("content", {}).items():
                if status.startswith("2") and "json" in media_type:
                    assert _resolved(service, content.get("schema", {})), f"{route} {status}"


def test_openapi_security(service: Service, stack: Stack) -> None:
    """The scheme of the chosen auth, required by every write and by no public read."""
    document = service.inspector.document
    schemes = document.content.get("components", {}).get("securitySchemes", {})
    if stack.auth == "none":
        assert not schemes
        return
    assert any(_is_scheme_of(stack.auth, scheme) for scheme in schemes.values()), schemes
    general = document.content.get("security", [])
    for method, path, operation in document.operations():
        anonymous_path = re.sub(r"\{[^}]*\}", "{}", path)
        security = operation.get("security", general)
        required = bool(security) and {} not in security
        if (method, anonymous_path) in WRITES or path == "/auth/me":
            assert required, f"{method} {path} has no security requirement"
            assert all(name in schemes for choice in security for name in choice)
        elif method == "GET" and not path.startswith("/auth"):
            assert not required, f"{method} {path} is public, the document requires {security}"


def _is_scheme_of(auth: str, scheme: dict[str, Any]) -> bool:
    kind = scheme["type"]
    if auth == "jwt":
        if kind == "oauth2":
            return "auth/token" in str(scheme["flows"].get("password", {}).get("tokenUrl"))
        return bool(kind == "http" and scheme["scheme"].lower() == "bearer")
    if auth == "session":
        return bool(kind == "apiKey" and scheme["in"] == "cookie")
    if auth == "api_key":
        return (kind, scheme.get("in"), scheme.get("name")) == ("apiKey", "header", "X-API-Key")
    return kind in {"openIdConnect", "oauth2", "http"}


def _resolved(service: Service, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = service.inspector.document.content
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _members(service: Service, schema: dict[str, Any]) -> set[str]:
    schema = _resolved(service, schema)
    members = set(schema.get("properties", {}))
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        members |= _members(service, part)
    return members
