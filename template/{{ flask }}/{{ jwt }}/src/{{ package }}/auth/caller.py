"""Who is asking."""

from flask import request

from ..core.errors import UnauthorizedError
from ..extensions import authentication
from .permissions import Principal
from .tokens import InvalidTokenError, Token

CHALLENGE = "Bearer"


def get_token() -> Token | None:
    """Return what the bearer token says, if there is one; one that is not valid is refused."""
    given = request.authorization
    if given is None or given.type != "bearer":
        return None
    try:
        return authentication.tokens.read_access_token(given.token or "")
    except InvalidTokenError as error:
        raise _refuse_token() from error


def get_caller() -> Principal | None:
    """Return who is asking, or ``None`` for somebody who does not say."""
    token = get_token()
    if token is None:
        return None
    try:
        return authentication.tokens.authenticate(token)
    except InvalidTokenError as error:
        raise _refuse_token() from error


def _refuse_token() -> UnauthorizedError:
    msg = "The access token is not valid."
    return UnauthorizedError(msg, challenge='Bearer error="invalid_token"')
