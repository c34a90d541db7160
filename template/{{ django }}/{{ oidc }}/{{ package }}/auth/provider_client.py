"""Calls to the OpenID provider, and what it answers."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote_plus

import structlog
from pydantic import BaseModel
from structlog.typing import FilteringBoundLogger

from ..core.clients import ExternalServiceError, RefusedError, ServiceClient
from ..core.errors import UnavailableError
from .tokens import InvalidTokenError

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
    """What the provider gives for a code (OpenID Connect Core 1.0, section 3.1.3.3)."""

    id_token: str


class ProviderClient(ServiceClient):
    """Asks the provider, whose issuer is the base URL.

    Raises ``UnavailableError`` when it does not answer, or answers with what cannot be right.
    """

    def discover(self, issuer: str) -> Metadata:
        """Return what the provider says of itself, which must be ``issuer``."""
        metadata = self._read_from(DISCOVERY, Metadata)
        if metadata.issuer != issuer:
            reason = f"it calls itself {metadata.issuer!r}"
            raise self._unavailable(reason)
        return metadata

    def fetch_keys(self, url: str) -> list[dict[str, Any]]:
        """Return the provider's keys."""
        return self._read_from(url, KeySet).keys

    def redeem(
        self, metadata: Metadata, form: Mapping[str, str], *, client_id: str, client_secret: str
    ) -> Grant:
        """Return what is given for the code in the form: asked once, as a code is good for once.

        Raises ``InvalidTokenError`` when the provider refuses it.
        """
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            # RFC 6749, section 2.3.1
            credentials = f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()
            headers = {"Authorization": f"Basic {b64encode(credentials).decode()}"}
        else:
            headers = {}
            form = {**form, "client_id": client_id, "client_secret": client_secret}
        request = self._client.build_request(
            "POST", metadata.token_endpoint, data=form, headers=headers
        )
        try:
            return self._send(request, Grant)
        except RefusedError as error:
            logger.warning("code refused", status=error.status)
            raise InvalidTokenError(str(error)) from error
        except ExternalServiceError as error:
            raise self._unavailable(str(error)) from error

    def _read_from(self, url: str, model: type[M]) -> M:
        try:
            return self.get(url, model)
        except ExternalServiceError as error:
            raise self._unavailable(str(error)) from error

    def _unavailable(self, reason: str) -> UnavailableError:
        logger.warning("provider unavailable", reason=reason)
        return UnavailableError("The sign-in provider is not available.", retry_after=RETRY_AFTER)
