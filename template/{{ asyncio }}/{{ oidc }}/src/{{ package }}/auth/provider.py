"""The OpenID provider: where people sign in, and whose tokens are taken.

Authlib is not used here: it has no types, keeps the state of a sign-in in a session of Starlette's
own, and asks the provider for its keys as often as somebody sends a token with an unknown one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode

import structlog
from pydantic import BaseModel
from structlog.typing import FilteringBoundLogger

from ..core.clients import ExternalServiceError, RefusedError, ServiceClient
from ..core.errors import UnavailableError
from .login_attempts import LoginAttempt
from .permissions import Principal
from .signing_keys import SigningKeys
from .tokens import InvalidTokenError, key_id, read_access_token, read_id_token

logger: FilteringBoundLogger = structlog.get_logger()

M = TypeVar("M", bound=BaseModel)

DISCOVERY = "/.well-known/openid-configuration"
RETRY_AFTER = 5


class Metadata(BaseModel):
    """What the provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class KeySet(BaseModel):
    """The provider's public keys (RFC 7517, section 5)."""

    keys: list[dict[str, Any]]


class Grant(BaseModel):
    """What is given for a code (OpenID Connect Core 1.0, section 3.1.3.3)."""

    id_token: str


@dataclass(frozen=True, slots=True)
class Registration:
    """How this service is known to the provider; without an issuer there is no provider."""

    issuer: str
    client_id: str
    client_secret: str
    audience: str
    permissions_claim: str


class ProviderClient(ServiceClient):
    """Calls the provider."""

    async def post_form(
        self, url: str, form: Mapping[str, str], model: type[M], *, auth: tuple[str, str] | None
    ) -> M:
        """POST a form and return the JSON body as ``model``; once, as a code is good for once.

        Raises as ``get``.
        """
        return await self._send("POST", url, model, data=form, auth=auth)


class OpenIdProvider:
    """Component that knows the provider. What it says of itself is read each time, keys are kept.

    Its methods raise ``UnavailableError`` while the provider does not answer.
    """

    name = "oidc"

    def __init__(self, registration: Registration, client: ProviderClient) -> None:
        self._registration = registration
        self._client = client
        self._keys = SigningKeys(self._fetch_keys)

    async def start(self) -> None:
        """Ask when first needed: the provider may start later than this service."""

    async def stop(self) -> None:
        await self._client.stop()

    async def check(self) -> None:
        if self._registration.issuer:
            await self._discover()

    async def authorization_url(self, attempt: LoginAttempt, redirect_uri: str) -> str:
        """Return where somebody signs in; the provider sends them to ``redirect_uri`` afterwards."""
        endpoint = (await self._discover()).authorization_endpoint
        query = urlencode(
            {
                "response_type": "code",
                "scope": "openid",
                "client_id": self._registration.client_id,
                "redirect_uri": redirect_uri,
                "state": attempt.state,
                "nonce": attempt.nonce,
                "code_challenge": attempt.challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"

    async def finish(self, attempt: LoginAttempt, code: str, redirect_uri: str) -> Principal:
        """Return who has signed in, for the code that the provider gave for this attempt.

        Raises ``InvalidTokenError`` when the provider does not take the code, or gives an ID token
        for it that does not answer the attempt.
        """
        metadata = await self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        secrets = (self._registration.client_id, self._registration.client_secret)
        auth = None
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            auth = (quote_plus(secrets[0]), quote_plus(secrets[1]))  # RFC 6749, section 2.3.1
        else:
            form |= {"client_id": secrets[0], "client_secret": secrets[1]}
        try:
            grant = await self._client.post_form(metadata.token_endpoint, form, Grant, auth=auth)
        except RefusedError as error:
            raise InvalidTokenError(str(error)) from error
        except ExternalServiceError as error:
            raise _unavailable(error) from error
        return read_id_token(
            grant.id_token,
            await self._keys.get(key_id(grant.id_token)),
            issuer=self._registration.issuer,
            client_id=self._registration.client_id,
            nonce=attempt.nonce,
            permissions_claim=self._registration.permissions_claim,
        )

    async def authenticate(self, access_token: str) -> Principal:
        """Return who holds an access token. Raises ``InvalidTokenError``."""
        return read_access_token(
            access_token,
            await self._keys.get(key_id(access_token)),
            issuer=self._registration.issuer,
            audience=self._registration.audience,
            permissions_claim=self._registration.permissions_claim,
        )

    async def _discover(self) -> Metadata:
        if not self._registration.issuer:
            msg = "Nobody can sign in: OIDC_ISSUER is not set."
            raise UnavailableError(msg, retry_after=60)
        metadata = await self._get(DISCOVERY, Metadata)
        if metadata.issuer != self._registration.issuer:
            logger.error("the provider calls itself otherwise", issuer=metadata.issuer)
            raise _unavailable_error()
        return metadata

    async def _fetch_keys(self) -> list[dict[str, Any]]:
        return (await self._get((await self._discover()).jwks_uri, KeySet)).keys

    async def _get(self, url: str, model: type[M]) -> M:
        try:
            return await self._client.get(url, model)
        except ExternalServiceError as error:
            raise _unavailable(error) from error


def _unavailable(error: ExternalServiceError) -> UnavailableError:
    logger.warning("provider unavailable", error=str(error))
    return UnavailableError("The sign-in provider is not available.", retry_after=RETRY_AFTER)
