"""An endpoint to ask who one is."""

from apiflask import APIBlueprint

from ..core.openapi import problems
from .protection import current_caller, forbid_storing
from .schemas import Me
from .scheme import auth

bp = APIBlueprint("auth", __name__, url_prefix="/auth", tag="auth")
bp.after_request(forbid_storing)


@bp.get("/me")
@bp.auth_required(auth)
@bp.output(Me)
@bp.doc(responses=problems(401, 503))
def read_me() -> Me:
    """Say who is asking."""
    return Me.of(current_caller())
