"""Dependencies that demand permissions, and keep answers about callers to themselves."""

from typing import Annotated, Any

from fastapi import Depends, Response, Security
from fastapi.security import SecurityScopes

from ..core.errors import ForbiddenError, UnauthorizedError
from .caller import CHALLENGE, UNKNOWN_CALLER, CallerDep
from .permissions import Principal


async def get_principal(required: SecurityScopes, caller: CallerDep) -> Principal:
    """Return who is asking, provided that they have every permission required."""
    if caller is None:
        raise UnauthorizedError(UNKNOWN_CALLER, challenge=CHALLENGE)
    if missing := sorted(set(required.scopes) - caller.permissions):
        msg = f"This needs the permission {', '.join(missing)}."
        raise ForbiddenError(msg)
    return caller


def requires(*permissions: str) -> Any:  # noqa: ANN401 - as FastAPI's own Security
    """Demand permissions, in the ``dependencies`` of a router or an endpoint."""
    return Security(get_principal, scopes=permissions)


PrincipalDep = Annotated[Principal, requires()]


async def forbid_storing(response: Response) -> None:
    """Tell caches on the way to keep nothing of the answer: it is for one caller only."""
    response.headers["Cache-Control"] = "no-store"


NO_STORE = Depends(forbid_storing)
"""For the ``dependencies`` of routers and endpoints that answer with secrets."""
