"""Who is asking."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import APIKeyHeader

from ..core.errors import UnauthorizedError
from ..dependencies import ResourcesDep
from .permissions import Principal

UNKNOWN_CALLER = "This needs a key in X-API-Key."
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
