"""How callers say who they are, for views: ``@bp.auth_required(auth, roles=["state:write"])``."""

from typing import Any

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

# How the document says it of views that take callers who do not say it as well.
OPTIONAL: list[str | dict[str, list[Any]]] = [{"key": []}, {}]
