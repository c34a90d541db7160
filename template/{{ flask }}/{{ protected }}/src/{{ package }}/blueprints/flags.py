"""Feature flags, for clients that adapt to them."""

from apiflask import APIBlueprint

from ..auth.scheme import OPTIONAL, auth
from ..core.openapi import problems
from ..extensions import flags
from ..schemas import Flags

bp = APIBlueprint("flags", __name__, tag="flags")


@bp.get("/flags")
@bp.auth_required(auth, optional=True)  # type: ignore[arg-type] # as its documentation has it
@bp.output(Flags)
@bp.doc(responses=problems(401, 503), security=OPTIONAL)
def read_flags() -> Flags:
    """Say which features are on, for whoever asks."""
    caller = auth.current_user
    return Flags(flags=flags.all(subject=None if caller is None else caller.subject))
