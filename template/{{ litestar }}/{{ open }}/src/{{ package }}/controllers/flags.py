"""Feature flags, for clients that adapt to them."""

from litestar import get
from pydantic import BaseModel

from ..dependencies import ResourcesDep


class Flags(BaseModel):
    """Every declared flag."""

    flags: dict[str, bool]


@get("/flags", tags=["flags"])
async def read_flags(resources: ResourcesDep) -> Flags:
    """Say which features are on."""
    return Flags(flags=await resources.flags.all())
