"""Dependencies that say who is asking, and demand permissions."""

from typing import Annotated, Any

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, SecurityScopes

from ..core.errors import ForbiddenError, UnauthorizedError
from ..dependencies import ResourcesDep
from .permissions import Principal

# A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for keys in a header
# field of their own: this is the name that FastAPI gives it.
CHALLENGE = "APIKey"

header = APIKeyHeader(
    name="X-API-Key",
    scheme_name="key",
    description="A key made with the command create-key",
    auto_error=False,
)


async def get_caller(
    resources: ResourcesDep, key: Annotated[str | None, Depends(header)]
) -> Principal | None:
    """Return who is asking, or ``None`` for somebody who does not say.

    A key that is not valid is refused.
    """
    if key is None:
        return None
    caller = await resources.auth.keys.authenticate(key)
    if caller is None:
        msg = "The key is not valid."
        raise UnauthorizedError(msg, challenge=CHALLENGE)
    return caller


CallerDep = Annotated[Principal | None, Depends(get_caller)]


async def get_principal(required: SecurityScopes, caller: CallerDep) -> Principal:
    """Return who is asking, provided that they have every permission required."""
    if caller is None:
        msg = "This needs a key in X-API-Key."
        raise UnauthorizedError(msg, challenge=CHALLENGE)
    if missing := sorted(set(required.scopes) - caller.permissions):
        msg = f"This needs the permission {', '.join(missing)}."
        raise ForbiddenError(msg)
    return caller


def requires(*permissions: str) -> Any:  # noqa: ANN401 - as FastAPI's own Security
    """Demand permissions, in the ``dependencies`` of a router or an endpoint."""
    return Security(get_principal, scopes=permissions)


PrincipalDep = Annotated[Principal, requires()]
