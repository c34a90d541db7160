"""The OpenID provider: where people sign in, and whose tokens are taken.

Written on PyJWT and this service's own client. Authlib, the library for it, has no types, keeps
the state of a sign-in in Flask's own sessions, and asks the provider for its keys whenever somebody
sends a token that names an unknown one.
"""

from dataclasses import dataclass
from typing import Any

from ..core.errors import UnavailableError
from .login_attempts import LoginAttempt
from .permissions import Principal
from .provider_client import ProviderClient
from .provider_messages import Metadata, authorization_url, code_form
from .signing_keys import SigningKeys
from .tokens import key_id, read_access_token, read_id_token


@dataclass(frozen=True, slots=True)
class Registration:
    """How provider and service know each other; without an issuer nobody can sign in."""

    issuer: str
    client_id: str
    client_secret: str
    audience: str
    permissions_claim: str


class OpenIdProvider:
    """Component that knows the provider. What it says of itself is read each time, keys are kept.

    Its methods raise ``UnavailableError`` while the provider does not answer.
    """

    name = "oidc"

    def __init__(self, registration: Registration, client: ProviderClient) -> None:
        self._registration = registration
        self._client = client
        self._keys = SigningKeys(self._fetch_keys)

    def start(self) -> None:
        """Ask when first needed: the provider may start later than this service."""

    def stop(self) -> None:
        self._client.stop()

    def check(self) -> None:
        if self._registration.issuer:
            self._discover()

    def authorization_url(self, attempt: LoginAttempt, redirect_uri: str) -> str:
        """Return where somebody signs in, to be sent to ``redirect_uri`` afterwards."""
        endpoint = self._discover().authorization_endpoint
        return authorization_url(
            endpoint, attempt, client_id=self._registration.client_id, redirect_uri=redirect_uri
        )

    def finish(self, attempt: LoginAttempt, code: str, redirect_uri: str) -> Principal:
        """Return who has signed in, for the code that the provider gave for this attempt.

        Raises ``InvalidTokenError`` when the provider does not take the code, or gives an ID token
        for it that does not answer the attempt.
        """
        registration = self._registration
        grant = self._client.redeem(
            self._discover(),
            code_form(attempt, code, redirect_uri),
            client_id=registration.client_id,
            client_secret=registration.client_secret,
        )
        return read_id_token(
            grant.id_token,
            self._keys.get(key_id(grant.id_token)),
            issuer=registration.issuer,
            client_id=registration.client_id,
            nonce=attempt.nonce,
            permissions_claim=registration.permissions_claim,
        )

    def authenticate(self, access_token: str) -> Principal:
        """Return who holds an access token. Raises ``InvalidTokenError``."""
        return read_access_token(
            access_token,
            self._keys.get(key_id(access_token)),
            issuer=self._registration.issuer,
            audience=self._registration.audience,
            permissions_claim=self._registration.permissions_claim,
        )

    def _discover(self) -> Metadata:
        if not self._registration.issuer:
            msg = "Nobody can sign in: OIDC_ISSUER is not set."
            raise UnavailableError(msg, retry_after=60)
        return self._client.discover(self._registration.issuer)

    def _fetch_keys(self) -> list[dict[str, Any]]:
        return self._client.fetch_keys(self._discover().jwks_uri)
