"""Dependencies that say who is asking, and demand permissions."""

from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import OAuth2PasswordBearer, SecurityScopes

from ..core.errors import ForbiddenError, UnauthorizedError
from ..dependencies import ResourcesDep
from .permissions import PERMISSIONS, Principal
from .tokens import InvalidTokenError, Token

bearer = OAuth2PasswordBearer(
    tokenUrl="/auth/token", refreshUrl="/auth/refresh", scopes=PERMISSIONS, auto_error=False
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


async def get_principal(required: SecurityScopes, caller: CallerDep) -> Principal:
    """Return who is asking, provided that they have every permission required."""
    if caller is None:
        msg = "This needs an access token."
        raise UnauthorizedError(msg, challenge="Bearer")
    if missing := sorted(set(required.scopes) - caller.permissions):
        msg = f"This needs the permission {', '.join(missing)}."
        raise ForbiddenError(msg)
    return caller


def requires(*permissions: str) -> Any:  # noqa: ANN401 - as FastAPI's own Security
    """Demand permissions, in the ``dependencies`` of a router or an endpoint."""
    return Security(get_principal, scopes=permissions)


PrincipalDep = Annotated[Principal, requires()]


def _refuse_token() -> UnauthorizedError:
    msg = "The access token is not valid."
    return UnauthorizedError(msg, challenge='Bearer error="invalid_token"')
