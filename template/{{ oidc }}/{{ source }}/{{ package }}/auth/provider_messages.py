"""What this service and the OpenID provider say to each other."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote_plus, urlencode

from pydantic import AfterValidator, BaseModel, HttpUrl

from .login_attempts import LoginAttempt

DISCOVERY = "/.well-known/openid-configuration"
# Error codes of providers (RFC 6749, section 4.1.2.1), of a length that a log can take.
ERROR_CODE = re.compile(r"[ !#-\[\]-~]{1,100}")

Address = Annotated[str, AfterValidator(lambda address: str(HttpUrl(address)))]
"""An address that can be asked, and that browsers can be sent to."""


class Metadata(BaseModel):
    """What the provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class KeySet(BaseModel):
    """The provider's public keys (RFC 7517, section 5)."""

    keys: list[dict[str, Any]]


class Grant(BaseModel):
    """What the provider gives for a code (OpenID Connect Core 1.0, section 3.1.3.3)."""

    id_token: str


def authorization_url(
    endpoint: str, attempt: LoginAttempt, *, client_id: str, redirect_uri: str
) -> str:
    """Return where somebody signs in (OpenID Connect Core 1.0, section 3.1.2.1)."""
    query = urlencode(
        {
            "response_type": "code",
            "scope": "openid",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
    )
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"


def code_form(attempt: LoginAttempt, code: str, redirect_uri: str) -> dict[str, str]:
    """Return the form that exchanges a code (RFC 6749, section 4.1.3, and RFC 7636)."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": attempt.verifier,
    }


def with_credentials(
    form: Mapping[str, str], metadata: Metadata, *, client_id: str, client_secret: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the form and the headers that say who asks, in a way that the provider takes."""
    if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
        # RFC 6749, section 2.3.1
        credentials = f"{quote_plus(client_id)}:{quote_plus(client_secret)}".encode()
        return dict(form), {"Authorization": f"Basic {b64encode(credentials).decode()}"}
    return {**form, "client_id": client_id, "client_secret": client_secret}, {}
