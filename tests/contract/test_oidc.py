"""Section 7: `oidc`, against a real provider. The session after login is in test_session.py."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .client import Client
from .provider import MACHINE, Provider, SigningKey, browse
from .service import Service
from .sign_in import log_in_at_provider

pytestmark = [pytest.mark.contract("7"), pytest.mark.only(auth="oidc")]


@pytest.fixture
def issuer(provider: Provider | None) -> Provider:
    """The provider of the main service."""
    assert provider is not None
    return provider


def status(service: Service, token: str) -> int:
    """Tell what an access token is good for; reading and writing must agree."""
    caller = service.client({"Authorization": f"Bearer {token}"})
    me = caller.get("/auth/me").status_code
    write = caller.put("/state/oidc", json={"value": 1}).status_code
    assert (me, write) in {(200, 200), (200, 403), (401, 401)}
    return me


# Login --------------------------------------------------------------------------


def test_where_login_leads(service: Service, issuer: Provider) -> None:
    """To the provider, with PKCE, state and nonce, new each time."""
    answers = [service.client().get("/auth/login") for _ in range(2)]
    queries = []
    for answer in answers:
        assert answer.status_code in {302, 303, 307}
        location = urlsplit(answer.headers["location"])
        assert f"{location.scheme}://{location.netloc}" == issuer.issuer
        query = {name: values[0] for name, values in parse_qs(location.query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == issuer.client_id
        assert query["redirect_uri"] == f"{service.url}/auth/callback"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        queries.append(query)
    for name in ("state", "nonce", "code_challenge"):
        assert len(queries[0][name]) >= 20
        assert queries[0][name] != queries[1][name]


def test_login(service: Service) -> None:
    """Subject and permissions are those that the provider names."""
    client = service.client()
    answer = log_in_at_provider(client, "ada~state:write")
    assert answer.status_code in {302, 303}
    assert answer.headers["location"].startswith("/")
    me = client.get("/auth/me").json()
    assert me == {"subject": "ada~state:write", "permissions": ["state:write"]}


def test_cookies(service: Service) -> None:
    """HttpOnly and SameSite=Lax for whatever is kept."""
    client = service.client()
    for answer in (client.get("/auth/login"), log_in_at_provider(client, "ada")):
        for header in answer.headers.get_list("set-cookie"):
            assert "httponly" in header.lower()
            assert "samesite=lax" in header.lower()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=x",
        "state=x",
        "code=x&state=y",
        "code=&state=",
        "error=access_denied&state=x",
        "code=%00&state=%00",
        "code=x&state=y&state=z",
    ],
)
def test_callback_out_of_the_blue(service: Service, query: str) -> None:
    """Refused: nobody started a login."""
    client = service.client()
    assert client.get(f"/auth/callback?{query}").status_code in {400, 401, 422}
    assert client.get("/auth/me").status_code == 401


def back(client: Client, account: str = "ada~state:write") -> str:
    """Start a login, sign in at the provider, and return where it sends the browser back to."""
    started = client.get("/auth/login")
    base = str(client.http.base_url).rstrip("/")
    return browse(started.headers["location"], account, back_to=base)


def test_tampered_state(service: Service) -> None:
    """Refused, and the login is not completed."""
    client = service.client()
    address = back(client)
    state = parse_qs(urlsplit(address).query)["state"][0]
    forged = address.replace(state, state[:-1] + ("A" if state[-1] != "A" else "B"))
    assert client.get(forged).status_code in {400, 401}
    assert client.get("/auth/me").status_code == 401


def test_state_of_another_browser(service: Service) -> None:
    """The answer meant for one browser is worth nothing in another."""
    victim, attacker = service.client(), service.client()
    address = back(attacker)
    victim.get("/auth/login")
    assert victim.get(address).status_code in {400, 401}
    assert victim.get("/auth/me").status_code == 401


def test_nonce_of_another_login(service: Service) -> None:
    """An identity that the provider vouched for in another login is refused."""
    client = service.client()
    started = client.get("/auth/login").headers["location"]
    nonce = parse_qs(urlsplit(started).query)["nonce"][0]
    changed = started.replace(f"nonce={nonce}", "nonce=of-another-login-altogether")
    assert changed != started
    answer = client.get(browse(changed, "ada~state:write", back_to=service.url))
    assert answer.status_code in {400, 401}
    assert client.get("/auth/me").status_code == 401


def test_replayed_callback(service: Service) -> None:
    """Works once."""
    client = service.client()
    address = back(client)
    assert client.get(address).status_code in {302, 303}
    assert client.get(address).status_code in {400, 401}
    assert service.client().get(address).status_code in {400, 401}


def test_refused_by_the_provider(service: Service) -> None:
    """Somebody who says no at the provider is told so, and not logged in."""
    client = service.client()
    location = client.get("/auth/login").headers["location"]
    state = parse_qs(urlsplit(location).query)["state"][0]
    answer = client.get("/auth/callback", params={"error": "access_denied", "state": state})
    assert answer.status_code in {400, 401, 403}
    assert client.get("/auth/me").status_code == 401


def test_login_leads_nowhere_else(service: Service) -> None:
    """No parameter turns the login into a way to another site."""
    client = service.client()
    for name in ("next", "redirect", "redirect_uri", "return_to"):
        started = client.get(f"/auth/login?{name}=https://evil.example/")
        if not started.is_redirect:
            assert started.status_code in {400, 422}
            continue
        base = str(client.http.base_url).rstrip("/")
        answer = client.get(browse(started.headers["location"], "ada", back_to=base))
        assert "evil.example" not in answer.headers.get("location", "")


# Access tokens ------------------------------------------------------------------


def test_access_token(service: Service, issuer: Provider) -> None:
    """A program's token, as the provider gives it."""
    caller = service.client({"Authorization": f"Bearer {issuer.machine_token()}"})
    me = caller.get("/auth/me").json()
    assert me["subject"] == MACHINE
    assert set(service.stack.permissions) <= set(me["permissions"])
    # A token is no cookie: other sites cannot send it, so it needs no CSRF token.
    assert caller.put("/state/oidc", json={"value": 1}).status_code == 200


def test_a_copy_is_good(service: Service, issuer: Provider) -> None:
    """The refusals below mean something."""
    assert status(service, issuer.sign()) == 200


def test_refused_tokens(service: Service, issuer: Provider) -> None:
    """Well signed by the provider, and one claim is wrong."""
    now = int(time.time())
    wrong: list[dict[str, Any]] = [
        {"exp": now - 300},
        {"nbf": now + 600},
        {"exp": None},
        {"iss": "https://evil.example"},
        {"iss": f"{issuer.issuer}/"},
        {"iss": None},
        {"aud": "someone-else"},
        {"aud": issuer.client_id + "x"},
        # That is what an ID token is for: it tells the service who signed in, and lets nobody in.
        {"aud": issuer.client_id},
        {"aud": None},
        {"aud": []},
        {"sub": None},
    ]
    for changes in wrong:
        assert status(service, issuer.sign(**changes)) == 401, changes


def test_refused_keys(service: Service, issuer: Provider) -> None:
    """Signed by somebody else, under the known key id and under an unknown one."""
    assert status(service, issuer.sign(key=SigningKey(issuer.key.kid))) == 401
    assert status(service, issuer.sign(key=SigningKey())) == 401


def test_refused_algorithms(service: Service, issuer: Provider) -> None:
    """`none`, and the public key used as a shared secret."""
    token = issuer.sign()
    header, claims, _ = token.split(".")
    for algorithm in ("none", "None", "NONE"):
        forged = base64.urlsafe_b64encode(
            json.dumps({"alg": algorithm, "typ": "at+jwt", "kid": issuer.key.kid}).encode()
        )
        assert status(service, f"{forged.decode().rstrip('=')}.{claims}.") == 401
    public = issuer.key.private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    content = jwt.decode(token, options={"verify_signature": False})
    # PyJWT refuses to sign with what looks like a public key; whoever attacks does not ask it.
    head = base64.urlsafe_b64encode(
        json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": issuer.key.kid}).encode()
    )
    body = base64.urlsafe_b64encode(json.dumps(content).encode())
    signed = f"{head.decode().rstrip('=')}.{body.decode().rstrip('=')}"
    assert status(service, f"{signed}.{_hmac(public, signed)}") == 401
    assert header


def _hmac(key: bytes, signed: str) -> str:
    digest = hmac.digest(key, signed.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_tampered_token(service: Service, issuer: Provider) -> None:
    """One character of the claims changed."""
    token = issuer.sign()
    position = token.index(".") + 20
    changed = "A" if token[position] != "A" else "B"
    assert status(service, token[:position] + changed + token[position + 1 :]) == 401


@pytest.mark.parametrize("claim", [None, [], "", "nonsense", ["nonsense:write"], 7, {"a": 1}])
def test_permissions_claim(service: Service, issuer: Provider, claim: object) -> None:
    """What names no permission gives none; it is no error."""
    caller = service.client({"Authorization": f"Bearer {issuer.sign(permissions=claim)}"})
    answer = caller.get("/auth/me")
    assert answer.status_code == 200
    assert not {"products:write", "state:write"} & set(answer.json()["permissions"])
    assert caller.put("/state/oidc", json={"value": 1}).status_code == 403


# When the provider changes or is away -------------------------------------------


@pytest.fixture(scope="session")
def own_provider(workshop: Path) -> Iterator[Provider]:
    """A provider that may be stopped."""
    provider = Provider(workshop).start()
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def guarded(start_service: Callable[..., Service], own_provider: Provider) -> Service:
    """A service that trusts it, and takes permissions from a claim of another name."""
    settings = own_provider.environment | {"OIDC_PERMISSIONS_CLAIM": "rights"}
    return start_service("guarded", **settings)


@pytest.mark.contract("10")
def test_the_claim_of_the_configuration(guarded: Service, own_provider: Provider) -> None:
    """OIDC_PERMISSIONS_CLAIM is where permissions are, and another claim gives none."""
    for claims, wanted in (
        ({"rights": ["state:write"], "permissions": None}, 200),
        ({"rights": []}, 403),
    ):
        token = own_provider.sign(**claims)
        caller = guarded.client({"Authorization": f"Bearer {token}"})
        assert caller.put("/state/claim", json={"value": 1}).status_code == wanted


def test_rotated_keys(guarded: Service, own_provider: Provider) -> None:
    """A token of the new key is accepted soon; one of the old key is not for ever."""
    old = own_provider.sign()
    assert status(guarded, old) == 200
    own_provider.rotate()
    deadline = time.monotonic() + 90
    while status(guarded, own_provider.sign()) != 200:
        assert time.monotonic() < deadline, "the new key is never learnt"
        time.sleep(0.5)
    assert status(guarded, own_provider.machine_token()) == 200
    assert status(guarded, old) == 401
    assert log_in_at_provider(guarded.client(), "ada").status_code in {302, 303}


@pytest.mark.contract("8")
def test_provider_away(guarded: Service, own_provider: Provider) -> None:
    """Logins are 503, tokens of known keys still work, and so does everything public."""
    assert status(guarded, own_provider.machine_token()) == 200
    client = guarded.client()
    address = back(client)
    token = own_provider.sign()
    own_provider.stop()
    try:
        assert client.get(address).status_code == 503
        assert guarded.client().get("/auth/login").status_code in {302, 303, 503}
        assert status(guarded, token) == 200
        assert guarded.client().get("/flags").status_code == 200
        assert guarded.client().get("/health/ready").status_code == 200
    finally:
        own_provider.start()
    deadline = time.monotonic() + 60
    while not guarded.client().get("/auth/login").is_redirect:
        assert time.monotonic() < deadline, "logins do not work again"
        time.sleep(0.2)
    assert log_in_at_provider(guarded.client(), "ada").status_code in {302, 303}


@pytest.mark.contract("8")
def test_start_without_provider(passing_service: Callable[..., Service], workshop: Path) -> None:
    """A provider that is not there yet is no reason not to start."""
    absent = Provider(workshop)
    service = passing_service("no-provider", **absent.environment).start()
    assert service.client().get("/flags").status_code == 200
    assert service.client().get("/auth/login").status_code == 503
    answer = service.client({"Authorization": f"Bearer {absent.sign()}"}).get("/auth/me")
    assert answer.status_code in {401, 503}
    absent.start()
    try:
        deadline = time.monotonic() + 60
        while not service.client().get("/auth/login").is_redirect:
            assert time.monotonic() < deadline, "logins never work"
            time.sleep(0.2)
    finally:
        absent.stop()


@pytest.mark.contract("9")
def test_no_secrets_in_the_log(service: Service, guarded: Service) -> None:
    """Codes, tokens and the client's secret included."""
    assert service.leaks() == []
    assert guarded.leaks() == []
    assert "code=" not in service.logged()
