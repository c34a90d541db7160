"""Who is asking."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from ..core.errors import UnauthorizedError
from ..dependencies import ResourcesDep
from .bearer import bearer_token
from .permissions import Principal
from .session_cookie import session_cookie
from .tokens import InvalidTokenError

UNKNOWN_CALLER = "Sign in first, or send an access token."
CHALLENGE = "Bearer"

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
