"""Feature flags, for clients that adapt to them."""

from apiflask import APIBlueprint
from pydantic import BaseModel

from ..auth.caller import get_caller
from ..core.openapi import problems
from ..extensions import flags

bp = APIBlueprint("flags", __name__, tag="flags")


class Flags(BaseModel):
    """Every declared flag."""

    flags: dict[str, bool]


# The document lists the empty requirement: callers may also say nothing of who they are.
@bp.get("/flags")
@bp.output(Flags)
@bp.doc(responses=problems(401, 503), security=[{}])
def read_flags() -> Flags:
    """Say which features are on, for whoever asks."""
    caller = get_caller()
    return Flags(flags=flags.all(subject=None if caller is None else caller.subject))
