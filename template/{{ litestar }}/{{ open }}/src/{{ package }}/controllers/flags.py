"""Feature flags, for clients that adapt to them."""

from litestar import get

from ..dependencies import ResourcesDep
from ..schemas import Flags


@get("/flags", tags=["flags"])
async def read_flags(resources: ResourcesDep) -> Flags:
    """Say which features are on."""
    return Flags(flags=await resources.flags.all())
