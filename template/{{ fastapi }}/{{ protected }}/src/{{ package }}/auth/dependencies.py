"""Dependencies that demand permissions, and keep answers about callers to themselves."""

from typing import Annotated, Any

from fastapi import Depends, Response, Security
from fastapi.security import SecurityScopes

from .authorization import authorize
from .caller import CallerDep
from .permissions import Principal


async def get_principal(required: SecurityScopes, caller: CallerDep) -> Principal:
    """Return who is asking, provided that they have every permission required."""
    return authorize(caller, required.scopes)


def requires(*permissions: str) -> Any:  # noqa: ANN401 - as FastAPI's own Security
    """Demand permissions, in the ``dependencies`` of a router or an endpoint."""
    return Security(get_principal, scopes=permissions)


PrincipalDep = Annotated[Principal, requires()]


async def forbid_storing(response: Response) -> None:
    """Tell caches on the way to keep nothing of the answer: it is for one caller only."""
    response.headers["Cache-Control"] = "no-store"


NO_STORE = Depends(forbid_storing)
"""For the ``dependencies`` of routers and endpoints that answer with secrets."""
