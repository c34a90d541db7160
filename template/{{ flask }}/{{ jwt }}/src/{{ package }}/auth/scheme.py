"""How callers say who they are, for views: ``@bp.auth_required(auth, roles=["state:write"])``."""

from typing import Any

from apiflask import HTTPTokenAuth

from .caller import CHALLENGE, get_caller
from .protection import PermissionRoles, set_up


class BearerAuth(PermissionRoles, HTTPTokenAuth):
    """Access tokens in ``Authorization``."""


auth = BearerAuth(
    security_scheme_name="bearer", description="An access token from POST /auth/token"
)
set_up(auth, get_caller, unknown="This needs an access token.", challenge=CHALLENGE)

# How the document says it of views that take callers who do not say it as well.
OPTIONAL: list[str | dict[str, list[Any]]] = [{"bearer": []}, {}]
