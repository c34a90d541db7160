"""Section 7: `jwt`. Tokens are forged with the service's own key, so that one thing is wrong."""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import jwt
import pytest

from .client import Client
from .service import Service
from .sign_in import take_tokens

pytestmark = [pytest.mark.contract("7"), pytest.mark.only(auth="jwt")]

Claims = dict[str, Any]


@pytest.fixture(scope="session")
def account(service: Service, editor: Client) -> tuple[str, str]:
    """An account that may write state, and its password."""
    assert editor
    return "editor", service.secrets["the password of editor"]


@pytest.fixture
def tokens(anonymous: Client, account: tuple[str, str]) -> dict[str, Any]:
    """A new pair of tokens."""
    return dict(take_tokens(anonymous, *account))


def status(service: Service, token: str) -> int:
    """Tell what a token is good for; reading and writing must agree."""
    caller = service.client({"Authorization": f"Bearer {token}"})
    me = caller.get("/auth/me").status_code
    write = caller.put("/state/tokens", json={"value": 1}).status_code
    assert (me, write) in {(200, 200), (401, 401), (200, 403)}
    return me


def test_token(anonymous: Client, account: tuple[str, str], service: Service) -> None:
    """What OAuth 2.0 answers, and a token that works."""
    name, password = account
    answer = anonymous.post("/auth/token", data={"username": name, "password": password})
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert body["token_type"].lower() == "bearer"
    assert body["expires_in"] > 0
    assert status(service, body["access_token"]) == 200
    assert "no-store" in answer.headers.get("cache-control", "")


def test_grant_type_may_be_named(anonymous: Client, account: tuple[str, str]) -> None:
    """As OAuth 2.0 clients send it; another grant is refused."""
    name, password = account
    form = {"username": name, "password": password}
    granted = anonymous.post("/auth/token", data={**form, "grant_type": "password"})
    assert granted.status_code == 200
    refused = anonymous.post("/auth/token", data={**form, "grant_type": "client_credentials"})
    assert refused.status_code in {400, 422}


def test_json_is_no_form(anonymous: Client, account: tuple[str, str]) -> None:
    """The token is asked for with a form."""
    name, password = account
    answer = anonymous.post("/auth/token", json={"username": name, "password": password})
    assert answer.status_code == 415


def test_missing_fields(anonymous: Client) -> None:
    """422 that names them, without the password."""
    answer = anonymous.post("/auth/token", data={"password": "hunter2-secret"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/username"]
    assert "hunter2-secret" not in answer.text


@pytest.mark.contract("10")
def test_token_ttl(production: Service) -> None:
    """ACCESS_TOKEN_TTL and REFRESH_TOKEN_TTL are how long the tokens live, in seconds."""
    password = secrets.token_urlsafe(16)
    production.create_user("short", password)
    client = production.client()
    tokens: dict[str, Any] = dict(take_tokens(client, "short", password))
    started = time.monotonic()
    assert tokens["expires_in"] == int(production.environment["ACCESS_TOKEN_TTL"])
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.get("/auth/me", headers=headers).status_code == 200
    while client.get("/auth/me", headers=headers).status_code == 200:
        assert time.monotonic() < started + 20, "the access token never expired"
        time.sleep(0.1)
    wait = started + int(production.environment["REFRESH_TOKEN_TTL"]) + 1 - time.monotonic()
    time.sleep(max(0, wait))
    answer = client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert answer.status_code == 401


# Refused tokens -----------------------------------------------------------------


def forge(
    service: Service,
    token: str,
    change: Callable[[Claims, Claims], None] | None = None,
    *,
    key: str | None = None,
    algorithm: str = "HS256",
) -> str:
    """Sign a token again, with its claims or header changed in ways that PyJWT would not sign."""
    header = jwt.get_unverified_header(token) | {"alg": algorithm}
    claims: Claims = jwt.decode(token, options={"verify_signature": False})
    if change is not None:
        change(claims, header)
    signed = ".".join(segment(json.dumps(part).encode()) for part in (header, claims))
    secret = service.environment["SECRET_KEY"] if key is None else key
    digest = hmac.digest(secret.encode(), signed.encode(), algorithm.replace("HS", "sha"))
    return f"{signed}.{segment(digest)}"


def segment(data: bytes) -> str:
    """Write one of the three parts of a token (RFC 7515)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_copy_is_good(service: Service, tokens: dict[str, Any]) -> None:
    """The refusals below mean something: the same claims, signed again, are accepted."""
    assert status(service, forge(service, tokens["access_token"])) == 200


def _now() -> int:
    return int(time.time())


REFUSED: dict[str, Callable[[Claims, Claims], None]] = {
    "expired": lambda claims, _: claims.update(exp=_now() - 120),
    "not yet valid": lambda claims, _: claims.update(nbf=_now() + 600),
    "never expires": lambda claims, _: claims.pop("exp"),
    "other issuer": lambda claims, _: claims.update(iss="https://evil.example"),
    "no issuer": lambda claims, _: claims.pop("iss"),
    "other audience": lambda claims, _: claims.update(aud="someone-else"),
    "no audience": lambda claims, _: claims.pop("aud"),
    "no subject": lambda claims, _: claims.pop("sub"),
    "subject of another form": lambda claims, _: claims.update(sub="../admin"),
    "subject that is no text": lambda claims, _: claims.update(sub=1),
    "expiry that is no number": lambda claims, _: claims.update(exp="soon"),
    "absurd expiry": lambda claims, _: claims.update(exp=-(10**30)),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_refused_claims(
    service: Service, tokens: dict[str, Any], change: Callable[[Claims, Claims], None]
) -> None:
    """Well signed, and still refused."""
    assert status(service, forge(service, tokens["access_token"], change)) == 401


def test_refused_algorithms(service: Service, tokens: dict[str, Any]) -> None:
    """`none` in any spelling, another HMAC, and a header that lies."""
    token = tokens["access_token"]
    _, claims, signature = token.split(".")
    known = jwt.get_unverified_header(token)
    for algorithm in ("none", "None", "NONE", "nOnE", ""):
        header = segment(json.dumps({**known, "alg": algorithm}).encode())
        assert status(service, f"{header}.{claims}.") == 401
        assert status(service, f"{header}.{claims}.{signature}") == 401
    for algorithm in ("HS384", "HS512"):
        assert status(service, forge(service, token, algorithm=algorithm)) == 401
    for algorithm in ("RS256", "ES256", "EdDSA", "HS256 "):
        header = segment(json.dumps({**known, "alg": algorithm}).encode())
        assert status(service, f"{header}.{claims}.{signature}") == 401


def test_refused_keys(service: Service, tokens: dict[str, Any]) -> None:
    """Signed with another key, an empty one, or the development key."""
    token = tokens["access_token"]
    for key in (
        secrets.token_urlsafe(48),
        "for development only, never for production",
        "change-me",
    ):
        assert status(service, forge(service, token, key=key)) == 401
    header, claims, _ = token.split(".")
    assert status(service, f"{header}.{claims}.{segment(b'')}") == 401


def test_tampered(service: Service, tokens: dict[str, Any]) -> None:
    """One character changed anywhere."""
    token = tokens["access_token"]
    for position in (5, token.index(".") + 5, token.rindex(".") + 5):
        changed = "A" if token[position] != "A" else "B"
        assert status(service, token[:position] + changed + token[position + 1 :]) == 401
    for mangled in (
        token[:-4],
        token + "AAAA",
        token.replace(".", "", 1),
        token + ".x",
        f"{token},{token}",
    ):
        assert status(service, mangled) == 401


def test_refresh_token_is_no_access_token(service: Service, tokens: dict[str, Any]) -> None:
    """Wrong type."""
    assert status(service, tokens["refresh_token"]) == 401


def test_access_token_is_no_refresh_token(anonymous: Client, tokens: dict[str, Any]) -> None:
    """Wrong type the other way round."""
    answer = anonymous.post("/auth/refresh", json={"refresh_token": tokens["access_token"]})
    assert answer.status_code == 401


def test_token_of_another_service(service: Service, workers_editor: dict[str, str]) -> None:
    """Another SECRET_KEY."""
    _, token = workers_editor["authorization"].split()
    assert status(service, token) == 401


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_scheme_has_no_case(service: Service, tokens: dict[str, Any], scheme: str) -> None:
    """RFC 9110: names of schemes have no case."""
    caller = service.client({"Authorization": f"{scheme} {tokens['access_token']}"})
    assert caller.get("/auth/me").status_code == 200


def test_token_in_the_query_is_none(anonymous: Client, tokens: dict[str, Any]) -> None:
    """Addresses end up in logs, so tokens in them are not accepted."""
    for name in ("access_token", "token"):
        answer = anonymous.get("/auth/me", params={name: tokens["access_token"]})
        assert answer.status_code == 401


# Refresh and logout -------------------------------------------------------------


def refresh(client: Client, token: str) -> tuple[int, dict[str, Any]]:
    """Exchange a refresh token."""
    answer = client.post("/auth/refresh", json={"refresh_token": token})
    return answer.status_code, answer.json()


def test_refresh_rotates(service: Service, anonymous: Client, tokens: dict[str, Any]) -> None:
    """A new pair, both new, both good."""
    code, fresh = refresh(anonymous, tokens["refresh_token"])
    assert code == 200
    assert fresh.keys() == tokens.keys()
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert fresh["access_token"] != tokens["access_token"]
    assert status(service, fresh["access_token"]) == 200
    assert refresh(anonymous, fresh["refresh_token"])[0] == 200


def test_reuse_revokes_the_family(
    anonymous: Client, tokens: dict[str, Any], account: tuple[str, str]
) -> None:
    """A used refresh token is refused, and so is from then on the one that replaced it."""
    _, second = refresh(anonymous, tokens["refresh_token"])
    _, third = refresh(anonymous, second["refresh_token"])
    other = take_tokens(anonymous, *account)
    assert refresh(anonymous, tokens["refresh_token"])[0] == 401
    assert refresh(anonymous, third["refresh_token"])[0] == 401
    assert refresh(anonymous, other["refresh_token"])[0] == 200, "another login is another family"


def test_refresh_in_a_race(anonymous: Client, tokens: dict[str, Any]) -> None:
    """Of many exchanges of one token at most one works."""
    barrier = Barrier(6)

    def exchange(_: int) -> int:
        barrier.wait()
        return refresh(anonymous, tokens["refresh_token"])[0]

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(exchange, range(6)))
    assert statuses == [200] + [401] * 5


@pytest.mark.parametrize("bad", ["", "x", "a.b.c", "x" * 5000, "\0", "🚀"])
def test_bad_refresh_token(anonymous: Client, bad: str) -> None:
    """401, or 422 for what cannot be one."""
    assert refresh(anonymous, bad)[0] in {401, 422}


def test_logout(service: Service, anonymous: Client, tokens: dict[str, Any]) -> None:
    """Revokes: neither token is good afterwards."""
    caller = service.client({"Authorization": f"Bearer {tokens['access_token']}"})
    assert caller.post("/auth/logout").status_code == 204
    assert refresh(anonymous, tokens["refresh_token"])[0] == 401
    assert status(service, tokens["access_token"]) == 401
    assert caller.post("/auth/logout").status_code == 401


def test_logout_without_credentials(anonymous: Client) -> None:
    """401."""
    assert anonymous.post("/auth/logout").status_code == 401
