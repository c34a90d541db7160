"""Dependencies that say who is asking, and demand permissions."""

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from ..core.errors import ForbiddenError, UnauthorizedError
from ..dependencies import ResourcesDep
from .bearer import bearer_token
from .permissions import Principal
from .session_cookie import session_cookie
from .tokens import InvalidTokenError

bearer = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="An access token of the OpenID provider",
    auto_error=False,
)


async def get_caller(
    request: Request,
    resources: ResourcesDep,
    secret: Annotated[str | None, Depends(session_cookie)],
    _documented: Annotated[object, Depends(bearer)],
) -> Principal | None:
    """Return who is asking, or ``None`` for somebody who does not say.

    Who sends a bearer token is known by it alone; one that is not valid is refused.
    """
    token = bearer_token(request.headers)
    if token is None:
        return None if secret is None else await resources.auth.sessions.find(secret)
    try:
        return await resources.auth.provider.authenticate(token)
    except InvalidTokenError as error:
        msg = "The access token is not valid."
        raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error


CallerDep = Annotated[Principal | None, Depends(get_caller)]


async def get_principal(required: SecurityScopes, caller: CallerDep) -> Principal:
    """Return who is asking, provided that they have every permission required."""
    if caller is None:
        msg = "Sign in first, or send an access token."
        raise UnauthorizedError(msg, challenge="Bearer")
    if missing := sorted(set(required.scopes) - caller.permissions):
        msg = f"This needs the permission {', '.join(missing)}."
        raise ForbiddenError(msg)
    return caller


def requires(*permissions: str) -> Any:  # noqa: ANN401 - as FastAPI's own Security
    """Demand permissions, in the ``dependencies`` of a router or an endpoint."""
    return Security(get_principal, scopes=permissions)


PrincipalDep = Annotated[Principal, requires()]
