"""Feature flags, for clients that adapt to them."""

from apiflask import APIBlueprint
from pydantic import BaseModel

from ..extensions import flags

bp = APIBlueprint("flags", __name__, tag="flags")


class Flags(BaseModel):
    """Every declared flag."""

    flags: dict[str, bool]


@bp.get("/flags")
@bp.output(Flags)
def read_flags() -> Flags:
    """Say which features are on."""
    return Flags(flags=flags.all())
