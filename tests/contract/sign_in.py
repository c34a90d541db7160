"""How a caller gets credentials, one class for each auth choice.

Tests ask for a caller by permissions and then only speak HTTP; which stack it is, they do not know.
"""

import secrets
from abc import ABC, abstractmethod

import httpx2

from .client import Client
from .provider import Provider, browse
from .service import MIGRATED, Service


class SignIn(ABC):
    """Makes callers of one service."""

    def __init__(self, service: Service, provider: Provider | None) -> None:
        self.service = service
        self.provider = provider

    @abstractmethod
    def client(self, name: str, *permissions: str) -> Client:
        """Make an account or key of that name and return a caller with its permissions."""

    def again(self, client: Client) -> dict[str, str]:
        """Return headers that carry the same credentials on any connection."""
        return dict(client.http.headers)


class NoAuth(SignIn):
    """Writes are open."""

    def client(self, name: str, *permissions: str) -> Client:
        """Return a caller; there is nothing to tell it apart by."""
        del name, permissions
        return self.service.client()


class WithAccounts(SignIn):
    """The service keeps accounts, made by command."""

    def client(self, name: str, *permissions: str) -> Client:
        """Make an account and sign in."""
        password = secrets.token_urlsafe(16)
        result = self.service.create_user(name, password, *permissions, migrated=True)
        assert result.returncode == 0, result.stdout + result.stderr
        return self.enter(name, password)

    @abstractmethod
    def enter(self, name: str, password: str) -> Client:
        """Sign in with the password of an account."""


class Jwt(WithAccounts):
    """Bearer tokens of the service itself."""

    def enter(self, name: str, password: str) -> Client:
        """Take a token."""
        tokens = take_tokens(self.service.client(), name, password)
        self.service.secrets[f"the access token of {name}"] = tokens["access_token"]
        self.service.secrets[f"the refresh token of {name}"] = tokens["refresh_token"]
        return self.service.client({"Authorization": f"Bearer {tokens['access_token']}"})


class Session(WithAccounts):
    """A cookie, and a CSRF token for unsafe methods."""

    def enter(self, name: str, password: str) -> Client:
        """Log in."""
        client = self.service.client()
        answer = log_in(client, name, password)
        assert answer.is_success, answer.text
        return settle(self.service, client, name)

    def again(self, client: Client) -> dict[str, str]:
        """Cookies included."""
        return super().again(client) | cookie_header(client)


class Oidc(SignIn):
    """A login at the provider, then a cookie."""

    def client(self, name: str, *permissions: str) -> Client:
        """Log in under a name that carries the permissions."""
        client = self.service.client()
        answer = log_in_at_provider(client, f"{name}~{','.join(permissions)}")
        assert answer.status_code < httpx2.codes.BAD_REQUEST, answer.text
        return settle(self.service, client, name)

    def again(self, client: Client) -> dict[str, str]:
        """Cookies included."""
        return super().again(client) | cookie_header(client)


class ApiKey(SignIn):
    """Keys made by command."""

    def client(self, name: str, *permissions: str) -> Client:
        """Make a key."""
        return self.service.client({"X-API-Key": create_key(self.service, name, *permissions)})


SIGN_INS: dict[str, type[SignIn]] = {
    "none": NoAuth,
    "jwt": Jwt,
    "session": Session,
    "oidc": Oidc,
    "api_key": ApiKey,
}


def take_tokens(client: Client, name: str, password: str) -> dict[str, str]:
    """Take the pair of tokens that a password buys."""
    answer = client.post("/auth/token", data={"username": name, "password": password})
    assert answer.status_code == httpx2.codes.OK, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


def csrf_token(client: Client) -> str:
    """Fetch the CSRF token of the caller's session."""
    answer = client.get("/auth/csrf")
    assert answer.status_code == httpx2.codes.OK, answer.text
    token: str = answer.json()["csrf_token"]
    return token


def log_in(client: Client, name: str, password: str) -> httpx2.Response:
    """Log in with a password, as a page of the same site would."""
    headers = {"X-CSRF-Token": csrf_token(client)}
    return client.post(
        "/auth/login", json={"username": name, "password": password}, headers=headers
    )


def log_in_at_provider(client: Client, account: str) -> httpx2.Response:
    """Log in through the provider; returns the answer of the callback."""
    answer = client.get("/auth/login")
    assert answer.is_redirect, answer.text
    back_to = str(client.http.base_url).rstrip("/")
    return client.get(browse(answer.headers["location"], account, back_to=back_to))


def cookie_header(client: Client) -> dict[str, str]:
    """Return the caller's cookies as a header."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in client.http.cookies.items())}


def settle(service: Service, client: Client, name: str) -> Client:
    """Take the CSRF token of the new session along from now on."""
    client.http.headers["X-CSRF-Token"] = csrf_token(client)
    for cookie, value in client.http.cookies.items():
        service.secrets[f"the cookie {cookie} of {name}"] = value
    return client


def create_key(service: Service, name: str, *permissions: str, days: int | None = None) -> str:
    """Make an API key of a running service by command; the key stands alone on the last line."""
    variables = [f"NAME={name}", f"PERMISSIONS={','.join(permissions)}"]
    if days is not None:
        variables.append(f"DAYS={days}")
    result = service.make("create-key", *MIGRATED, *variables)
    assert result.returncode == 0, result.stdout + result.stderr
    key = result.stdout.strip().splitlines()[-1].strip()
    assert (result.stdout + result.stderr).count(key) == 1, "a key is shown once"
    service.secrets[f"the key {name}"] = key
    return key
