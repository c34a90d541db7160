"""Feature flags, for clients that adapt to them."""

from fastapi import APIRouter
from pydantic import BaseModel

from ..dependencies import ResourcesDep

router = APIRouter(tags=["flags"])


class Flags(BaseModel):
    """Every declared flag."""

    flags: dict[str, bool]


@router.get("/flags")
async def read_flags(resources: ResourcesDep) -> Flags:
    """Say which features are on."""
    return Flags(flags=await resources.flags.all())
