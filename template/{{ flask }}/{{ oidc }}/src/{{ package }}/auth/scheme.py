"""How callers say who they are, for views: ``@bp.auth_required(auth, roles=["state:write"])``."""

from typing import Any

from apiflask import HTTPTokenAuth, MultiAuth

from .caller import CHALLENGE, get_caller
from .protection import PermissionRoles, set_up
from .session_cookie import SessionAuth


class BearerAuth(PermissionRoles, HTTPTokenAuth):
    """Access tokens in ``Authorization``."""


_bearer = BearerAuth(
    security_scheme_name="bearer", description="An access token of the OpenID provider"
)
_session = SessionAuth()
for scheme in (_bearer, _session):
    set_up(
        scheme,
        get_caller,
        unknown="Sign in first, or send an access token.",
        challenge=CHALLENGE,
    )

auth = MultiAuth(_bearer, _session)

# How the document says it of views that take callers who do not say it as well.
OPTIONAL: list[str | dict[str, list[Any]]] = [{"bearer": []}, {"session": []}, {}]
