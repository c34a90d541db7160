"""How callers say who they are, for views: ``@bp.auth_required(auth, roles=["state:write"])``."""

from apiflask import APIKeyHeaderAuth

from .caller import CHALLENGE, HEADER, get_caller
from .protection import PermissionRoles, set_up


class KeyAuth(PermissionRoles, APIKeyHeaderAuth):
    """Keys in a header of their own."""


auth = KeyAuth(
    param_name=HEADER,
    security_scheme_name="key",
    description="A key made with the command create-key",
)
set_up(auth, get_caller, unknown=f"This needs a key in {HEADER}.", challenge=CHALLENGE)
