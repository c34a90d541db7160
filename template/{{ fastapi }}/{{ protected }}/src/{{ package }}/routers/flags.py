"""Feature flags, for clients that adapt to them."""

from fastapi import APIRouter

from ..auth.caller import CallerDep
from ..core.openapi import problems
from ..dependencies import ResourcesDep
from ..schemas import Flags

router = APIRouter(tags=["flags"])


# The document lists the empty requirement too: callers may also say nothing of who they are.
@router.get("/flags", responses=problems(401, 503), openapi_extra={"security": [{}]})
async def read_flags(resources: ResourcesDep, caller: CallerDep) -> Flags:
    """Say which features are on, for whoever asks."""
    subject = None if caller is None else caller.subject
    return Flags(flags=await resources.flags.all(subject=subject))
