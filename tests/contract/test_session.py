"""Section 7: `session`. Cookies, CSRF and logout; what `oidc` shares is marked for both."""

import secrets
from collections.abc import Callable
from http.cookies import Morsel, SimpleCookie
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from .client import Client
from .products import create, product
from .provider import browse
from .service import Service
from .sign_in import SignIn, cookie_header, csrf_token, log_in
from .trust import NOBODY

pytestmark = [pytest.mark.contract("7"), pytest.mark.only(has_cookies=True)]

session_only = pytest.mark.only(auth="session")


@pytest.fixture(scope="session")
def account(service: Service, editor: Client) -> tuple[str, str]:
    """An account that may write state, and its password."""
    assert editor
    return "editor", service.secrets["the password of editor"]


@pytest.fixture
def caller(
    request: pytest.FixtureRequest,
    service: Service,
    sign_in_to: Callable[[Service], SignIn],
) -> Client:
    """Somebody who has just logged in, and may write state."""
    if service.stack.auth == "oidc":
        return sign_in_to(service).client("cookie-holder", "state:write")
    name, password = request.getfixturevalue("account")
    client = service.client()
    assert log_in(client, name, password).is_success
    client.http.headers["X-CSRF-Token"] = csrf_token(client)
    return client


def cookies(answer: httpx2.Response) -> dict[str, Morsel[str]]:
    """Return the cookies that an answer sets."""
    found: dict[str, Morsel[str]] = {}
    for header in answer.headers.get_list("set-cookie"):
        found |= SimpleCookie(header)
    return found


def session_cookie(client: Client) -> tuple[str, str]:
    """Return name and value of the cookie without which the caller is nobody."""
    jar = dict(client.http.cookies.items())
    for name, value in jar.items():
        others = "; ".join(f"{k}={v}" for k, v in jar.items() if k != name)
        alone = httpx2.get(
            f"{client.http.base_url}/auth/me",
            headers={"Cookie": others},
            verify=NOBODY,
            trust_env=False,
        )
        if alone.status_code == 401:
            return name, value
    message = f"none of the cookies {list(jar)} is the session"
    raise AssertionError(message)


def with_cookie(service: Service, name: str, value: str) -> Client:
    """Return a caller with one cookie."""
    return service.client({"Cookie": f"{name}={value}"})


# The cookie ---------------------------------------------------------------------


@session_only
def test_cookie_of_a_login(service: Service, account: tuple[str, str]) -> None:
    """HttpOnly, SameSite=Lax, for the whole site; not Secure in development."""
    client = service.client()
    answer = log_in(client, *account)
    assert answer.is_success
    name, _ = session_cookie(client)
    cookie = cookies(answer)[name]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert not cookie["secure"]


@session_only
def test_cookie_is_secure_in_production(production: Service) -> None:
    """Never sent without HTTPS."""
    password = secrets.token_urlsafe(16)
    production.create_user("secure", password)
    client = production.client()
    token = client.get("/auth/csrf")
    sent = "; ".join(f"{name}={cookie.value}" for name, cookie in cookies(token).items())
    answer = client.post(
        "/auth/login",
        json={"username": "secure", "password": password},
        headers={"X-CSRF-Token": token.json()["csrf_token"], "Cookie": sent},
    )
    assert answer.is_success, answer.text
    assert cookies(answer)
    assert all(cookie["secure"] for cookie in cookies(answer).values())


@pytest.mark.only(auth="oidc")
def test_cookies_of_a_provider_s_login_are_secure_in_production(production: Service) -> None:
    """Neither the one that waits for the provider nor that of the session is sent without HTTPS."""
    client = production.client()
    started = client.get("/auth/login")
    sent = "; ".join(f"{name}={cookie.value}" for name, cookie in cookies(started).items())
    location = started.headers["location"]
    to = parse_qs(urlsplit(location).query)["redirect_uri"][0]
    back = browse(location, "ada", back_to=to)
    # What stands before it in production takes the HTTPS off.
    plain = back.replace("https://", "http://", 1)
    answer = production.client({"Cookie": sent}).get(plain)
    assert answer.status_code in {302, 303}, answer.text
    for found in (cookies(started), cookies(answer)):
        assert found
        assert all(cookie["secure"] for cookie in found.values())


@pytest.mark.only(auth="oidc")
def test_new_session_after_the_provider(service: Service) -> None:
    """What the browser had before it was signed in is not what it has then."""
    client = service.client()
    started = client.get("/auth/login")
    before = dict(client.http.cookies.items())
    answer = client.get(browse(started.headers["location"], "ada", back_to=service.url))
    assert answer.status_code in {302, 303}, answer.text
    name, value = session_cookie(client)
    assert before.get(name) != value
    assert service.client(cookie_header_of(before)).get("/auth/me").status_code == 401


def cookie_header_of(jar: dict[str, str]) -> dict[str, str]:
    """Return cookies as a header."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}


@session_only
def test_new_session_at_login(service: Service, account: tuple[str, str]) -> None:
    """What the browser brought along is not what it leaves with: no session can be planted."""
    client = service.client()
    log_in(client, *account)
    name, first = session_cookie(client)
    log_in(client, *account)
    _, second = session_cookie(client)
    assert first != second
    assert with_cookie(service, name, first).get("/auth/me").status_code == 401
    planted = service.client()
    planted.http.cookies.set(name, "planted-by-somebody-else")
    assert log_in(planted, *account).is_success
    assert with_cookie(service, name, "planted-by-somebody-else").get("/auth/me").status_code == 401


@session_only
def test_login_answers(service: Service, account: tuple[str, str]) -> None:
    """Unknown fields and missing ones are refused; the password is not repeated."""
    client = service.client()
    headers = {"X-CSRF-Token": csrf_token(client)}
    for body in ({"username": "a"}, {"username": "a", "password": "hunter2-secret", "x": 1}):
        answer = client.post("/auth/login", json=body, headers=headers)
        assert answer.status_code == 422
        assert "hunter2-secret" not in answer.text
    assert account


def test_tampered_cookie(service: Service, caller: Client) -> None:
    """One character changed, and nobody is known."""
    name, value = session_cookie(caller)
    for changed in (value[:-2] + ("AA" if value[-2:] != "AA" else "BB"), value[1:], value * 2, ""):
        assert with_cookie(service, name, changed).get("/auth/me").status_code == 401


@session_only
def test_cookie_of_another_service(
    service: Service, caller: Client, workers_editor: dict[str, str]
) -> None:
    """Another database and another SECRET_KEY."""
    name, _ = session_cookie(caller)
    value = SimpleCookie(workers_editor["Cookie"])[name].value
    assert with_cookie(service, name, value).get("/auth/me").status_code == 401


# CSRF ---------------------------------------------------------------------------


def test_unsafe_methods_need_the_token(service: Service, caller: Client) -> None:
    """403 without, with a wrong one, and with that of another session."""
    other = service.client()
    foreign = csrf_token(other)
    good = caller.http.headers.pop("X-CSRF-Token")
    path, body = "/state/csrf", {"value": 1}
    assert caller.put(path, json=body).status_code == 403
    for token in ("", "nonsense", good[:-1], good + "x", foreign):
        answer = caller.put(path, json=body, headers={"X-CSRF-Token": token})
        assert answer.status_code == 403, token
    assert caller.post("/auth/logout").status_code == 403
    assert caller.get("/auth/me").status_code == 200, "safe methods need none"
    assert caller.put(path, json=body, headers={"X-CSRF-Token": good}).status_code == 200


@pytest.mark.only(example=True)
def test_products_need_the_token(editor: Client, anonymous: Client) -> None:
    """Each of creating, changing and deleting, and from pages of this site alone."""
    created = create(editor)
    path = f"/products/{created['id']}"
    for headers in ({"X-CSRF-Token": ""}, {"Origin": "https://evil.example"}):
        answers = (
            editor.post("/products", json=product(), headers=headers),
            editor.patch(path, json={"name": "changed"}, headers=headers),
            editor.delete(path, headers=headers),
        )
        assert [answer.status_code for answer in answers] == [403, 403, 403], headers
    assert anonymous.get(path).json() == created


@pytest.mark.parametrize("place", ["query", "body", "cookie"])
def test_token_in_another_place_is_none(caller: Client, place: str) -> None:
    """Only the header counts, which other sites cannot set."""
    token = caller.http.headers.pop("X-CSRF-Token")
    path = "/state/csrf"
    body: dict[str, object] = {"value": 1}
    if place == "query":
        path += f"?csrf_token={token}&X-CSRF-Token={token}"
    elif place == "body":
        body["csrf_token"] = token
    else:
        caller.http.cookies.set("X-CSRF-Token", token)
    assert caller.put(path, json=body).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"],
)
def test_foreign_origin(caller: Client, origin: str) -> None:
    """403 even with the token."""
    answer = caller.put("/state/csrf", json={"value": 1}, headers={"Origin": origin})
    assert answer.status_code == 403


def test_own_origin(service: Service, caller: Client) -> None:
    """A page of the service itself may."""
    answer = caller.put("/state/csrf", json={"value": 1}, headers={"Origin": service.url})
    assert answer.status_code == 200


@session_only
def test_login_needs_the_token(service: Service, account: tuple[str, str]) -> None:
    """Nobody is logged in by another site."""
    name, password = account
    body = {"username": name, "password": password}
    assert service.client().post("/auth/login", json=body).status_code == 403
    client = service.client()
    headers = {"X-CSRF-Token": csrf_token(client), "Origin": "https://evil.example"}
    assert client.post("/auth/login", json=body, headers=headers).status_code == 403


def test_csrf_token_is_not_for_caches(caller: Client) -> None:
    """It belongs to one session."""
    assert "no-store" in caller.get("/auth/csrf").headers.get("cache-control", "")


# The end ------------------------------------------------------------------------


def test_logout(service: Service, caller: Client) -> None:
    """The session is dead, also for whoever kept the cookie."""
    kept = service.client(cookie_header(caller))
    assert kept.get("/auth/me").status_code == 200
    assert caller.post("/auth/logout").is_success
    assert caller.get("/auth/me").status_code == 401
    assert kept.get("/auth/me").status_code == 401


@session_only
def test_other_sessions_go_on(service: Service, account: tuple[str, str], caller: Client) -> None:
    """Logging out here does not log out there."""
    there = service.client()
    assert log_in(there, *account).is_success
    caller.post("/auth/logout")
    assert there.get("/auth/me").status_code == 200
