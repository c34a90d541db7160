"""Dependencies that say who is asking, and demand permissions."""

from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import SecurityScopes

from ..core.errors import ForbiddenError, UnauthorizedError
from ..dependencies import ResourcesDep
from .permissions import Principal
from .session_cookie import session_cookie

# A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for cookies.
CHALLENGE = "Cookie"


async def get_caller(
    resources: ResourcesDep, secret: Annotated[str | None, Depends(session_cookie)]
) -> Principal | None:
    """Return who is asking, or ``None`` for somebody who has not signed in."""
    return None if secret is None else await resources.auth.sessions.find(secret)


CallerDep = Annotated[Principal | None, Depends(get_caller)]


async def get_principal(required: SecurityScopes, caller: CallerDep) -> Principal:
    """Return who is asking, provided that they have every permission required."""
    if caller is None:
        msg = "Sign in first."
        raise UnauthorizedError(msg, challenge=CHALLENGE)
    if missing := sorted(set(required.scopes) - caller.permissions):
        msg = f"This needs the permission {', '.join(missing)}."
        raise ForbiddenError(msg)
    return caller


def requires(*permissions: str) -> Any:  # noqa: ANN401 - as FastAPI's own Security
    """Demand permissions, in the ``dependencies`` of a router or an endpoint."""
    return Security(get_principal, scopes=permissions)


PrincipalDep = Annotated[Principal, requires()]
