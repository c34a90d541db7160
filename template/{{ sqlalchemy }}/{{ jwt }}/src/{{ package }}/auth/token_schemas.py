"""Tokens, as they are asked for and given."""

from typing import Literal, Self

from pydantic import BaseModel

from ..core.validation import InputModel, Text
from .refresh_tokens import TokenPair


class Tokens(BaseModel):
    """Tokens, as OAuth 2.0 answers (RFC 6749, section 5.1)."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a type, not a secret
    expires_in: int

    @classmethod
    def of(cls, pair: TokenPair) -> Self:
        """Show a pair of tokens."""
        return cls(
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            expires_in=pair.expires_in,
        )


class RefreshRequest(InputModel):
    """A refresh token to exchange."""

    refresh_token: Text
