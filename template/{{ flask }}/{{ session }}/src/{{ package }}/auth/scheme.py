"""How callers say who they are, for views: ``@bp.auth_required(auth, roles=["state:write"])``."""

from typing import Any

from .caller import CHALLENGE, get_caller
from .protection import set_up
from .session_cookie import SessionAuth

auth = SessionAuth()
set_up(auth, get_caller, unknown="Sign in first.", challenge=CHALLENGE)

# How the document says it of views that take callers who do not say it as well.
OPTIONAL: list[str | dict[str, list[Any]]] = [{"session": []}, {}]
