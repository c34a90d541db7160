"""Feature flags, for clients that adapt to them."""

from apiflask import APIBlueprint

from ..extensions import flags
from ..schemas import Flags

bp = APIBlueprint("flags", __name__, tag="flags")


@bp.get("/flags")
@bp.output(Flags)
def read_flags() -> Flags:
    """Say which features are on."""
    return Flags(flags=flags.all())
