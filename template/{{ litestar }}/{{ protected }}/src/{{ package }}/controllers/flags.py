"""Feature flags, for clients that adapt to them."""

from typing import Any

from litestar import Request, get
from litestar.openapi.spec import SecurityRequirement

from ..auth.caller import SCHEMES, CallerMiddleware
from ..auth.permissions import Principal
from ..core.openapi import problems
from ..dependencies import ResourcesDep
from ..schemas import Flags

CREDENTIALS: list[SecurityRequirement] = [{scheme: []} for scheme in SCHEMES]


# The document lists the empty requirement too: callers may also say nothing of who they are.
@get(
    "/flags",
    tags=["flags"],
    middleware=[CallerMiddleware],
    responses=problems(401, 503),
    security=[{}, *CREDENTIALS],
)
async def read_flags(
    request: Request[Principal | None, Any, Any], resources: ResourcesDep
) -> Flags:
    """Say which features are on, for whoever asks."""
    subject = None if request.user is None else request.user.subject
    return Flags(flags=await resources.flags.all(subject=subject))
