"""Calls to the OpenID provider."""

from collections.abc import Mapping
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel
from structlog.typing import FilteringBoundLogger

from ..core.clients import ExternalServiceError, RefusedError, ServiceClient
from ..core.errors import UnavailableError
from .provider_messages import DISCOVERY, Grant, KeySet, Metadata, with_credentials
from .tokens import InvalidTokenError

logger: FilteringBoundLogger = structlog.get_logger()

M = TypeVar("M", bound=BaseModel)

RETRY_AFTER = 5


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
        form, headers = with_credentials(
            form, metadata, client_id=client_id, client_secret=client_secret
        )
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
