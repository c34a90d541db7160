"""Feature flags, for clients that adapt to them."""

from fastapi import APIRouter

from ..dependencies import ResourcesDep
from ..schemas import Flags

router = APIRouter(tags=["flags"])


@router.get("/flags")
async def read_flags(resources: ResourcesDep) -> Flags:
    """Say which features are on."""
    return Flags(flags=await resources.flags.all())
