"""The OpenID provider: where people sign in, and whose tokens are taken.

Written on PyJWT and this service's own client. django-allauth sends no nonce and takes ID tokens
without looking at their signature; mozilla-django-oidc looks neither at their issuer nor at their
audience, and fetches the keys at each sign-in. Neither has types.
"""

from typing import Any

import httpx2
from django.conf import settings

from ..core.errors import UnavailableError
from .login_attempts import LoginAttempt
from .permissions import Principal
from .provider_client import ProviderClient
from .provider_messages import Metadata, authorization_url, code_form
from .signing_keys import SigningKeys
from .tokens import key_id, read_access_token, read_id_token


class OpenIdProvider:
    """Component that knows the provider. What it says of itself is read each time, keys are kept.

    ``settings.OIDC_...`` are how provider and service know each other. The methods raise
    ``UnavailableError`` while the provider does not answer.
    """

    name = "oidc"

    def __init__(self, client: ProviderClient) -> None:
        self._client = client
        self._keys = SigningKeys(self._fetch_keys)

    def start(self) -> None:
        """Ask when first needed: the provider may start later than this service."""

    def stop(self) -> None:
        self._client.stop()

    def check(self) -> None:
        if settings.OIDC_ISSUER:
            self._discover()

    def authorization_url(self, attempt: LoginAttempt, redirect_uri: str) -> str:
        """Return where somebody signs in, to be sent to ``redirect_uri`` afterwards."""
        endpoint = self._discover().authorization_endpoint
        return authorization_url(
            endpoint, attempt, client_id=settings.OIDC_CLIENT_ID, redirect_uri=redirect_uri
        )

    def finish(self, attempt: LoginAttempt, code: str, redirect_uri: str) -> Principal:
        """Return who has signed in, for the code that the provider gave for this attempt.

        Raises ``InvalidTokenError`` when the provider does not take the code, or gives an ID token
        for it that does not answer the attempt.
        """
        grant = self._client.redeem(
            self._discover(),
            code_form(attempt, code, redirect_uri),
            client_id=settings.OIDC_CLIENT_ID,
            client_secret=settings.OIDC_CLIENT_SECRET,
        )
        return read_id_token(
            grant.id_token,
            self._keys.get(key_id(grant.id_token)),
            issuer=settings.OIDC_ISSUER,
            client_id=settings.OIDC_CLIENT_ID,
            nonce=attempt.nonce,
            permissions_claim=settings.OIDC_PERMISSIONS_CLAIM,
        )

    def authenticate(self, access_token: str) -> Principal:
        """Return who holds an access token. Raises ``InvalidTokenError``."""
        return read_access_token(
            access_token,
            self._keys.get(key_id(access_token)),
            issuer=settings.OIDC_ISSUER,
            audience=settings.OIDC_AUDIENCE,
            permissions_claim=settings.OIDC_PERMISSIONS_CLAIM,
        )

    def _discover(self) -> Metadata:
        if not settings.OIDC_ISSUER:
            msg = "Nobody can sign in: OIDC_ISSUER is not set."
            raise UnavailableError(msg, retry_after=60)
        return self._client.discover(settings.OIDC_ISSUER)

    def _fetch_keys(self) -> list[dict[str, Any]]:
        return self._client.fetch_keys(self._discover().jwks_uri)


def make_provider(transport: httpx2.BaseTransport | None = None) -> OpenIdProvider:
    """Make the component as the settings say; ``transport`` takes the place of the network."""
    # Somebody waits for these answers: rather refused soon than served late.
    client = ProviderClient(
        "oidc",
        settings.OIDC_ISSUER,
        timeout=3,
        attempts=2,
        breaker_reset=5,
        transport=transport,
    )
    return OpenIdProvider(client)


provider = make_provider()
"""The provider, as this process knows it."""
