"""Signing in with name and password, and staying signed in."""

from ..core.errors import UnauthorizedError
from .authentication import Authentication
from .caller import CHALLENGE
from .password_changes import PasswordChangedError
from .token_schemas import Tokens
from .tokens import InvalidTokenError


async def sign_in(auth: Authentication, name: str, password: str) -> Tokens:
    """Return tokens for an account. Raises ``UnauthorizedError`` for a wrong name or password."""
    refusal = UnauthorizedError("The name or the password is wrong.", challenge=CHALLENGE)
    user = await auth.accounts.sign_in(name, password)
    if user is None:
        raise refusal
    try:
        return Tokens.of(await auth.tokens.begin(user))
    except PasswordChangedError as error:
        raise refusal from error


async def refresh(auth: Authentication, refresh_token: str) -> Tokens:
    """Return new tokens for a refresh token, which works once.

    Raises ``UnauthorizedError`` for one that is not valid.
    """
    try:
        return Tokens.of(await auth.tokens.rotate(refresh_token))
    except InvalidTokenError as error:
        msg = "The refresh token is not valid."
        raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error
