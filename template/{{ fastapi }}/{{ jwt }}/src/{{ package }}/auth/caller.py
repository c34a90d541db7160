"""Who is asking."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer

from ..core.errors import UnauthorizedError
from ..dependencies import ResourcesDep
from .permissions import PERMISSIONS, Principal
from .tokens import InvalidTokenError, Token

UNKNOWN_CALLER = "This needs an access token."
CHALLENGE = "Bearer"

bearer = OAuth2PasswordBearer(
    tokenUrl="auth/token", refreshUrl="auth/refresh", scopes=PERMISSIONS, auto_error=False
)


async def get_token(
    resources: ResourcesDep, encoded: Annotated[str | None, Depends(bearer)]
) -> Token | None:
    """Return what the bearer token says, if there is one; one that is not valid is refused."""
    if encoded is None:
        return None
    try:
        return resources.auth.tokens.read_access_token(encoded)
    except InvalidTokenError as error:
        raise _refuse_token() from error


async def get_caller(
    resources: ResourcesDep, token: Annotated[Token | None, Depends(get_token)]
) -> Principal | None:
    """Return who is asking, or ``None`` for somebody who does not say."""
    if token is None:
        return None
    try:
        return await resources.auth.tokens.authenticate(token)
    except InvalidTokenError as error:
        raise _refuse_token() from error


CallerDep = Annotated[Principal | None, Depends(get_caller)]


def _refuse_token() -> UnauthorizedError:
    msg = "The access token is not valid."
    return UnauthorizedError(msg, challenge='Bearer error="invalid_token"')
