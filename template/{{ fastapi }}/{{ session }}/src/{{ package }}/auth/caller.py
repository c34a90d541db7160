"""Who is asking."""

from typing import Annotated

from fastapi import Depends

from ..dependencies import ResourcesDep
from .permissions import Principal
from .session_cookie import session_cookie

UNKNOWN_CALLER = "Sign in first."
# A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for cookies.
CHALLENGE = "Cookie"


async def get_caller(
    resources: ResourcesDep, secret: Annotated[str | None, Depends(session_cookie)]
) -> Principal | None:
    """Return who is asking, or ``None`` for somebody who has not signed in."""
    return None if secret is None else await resources.auth.sessions.find(secret)


CallerDep = Annotated[Principal | None, Depends(get_caller)]
