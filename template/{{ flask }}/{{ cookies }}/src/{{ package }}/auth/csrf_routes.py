"""The endpoint that gives pages of this service the CSRF token."""

from apiflask import APIBlueprint

from ..extensions import authentication
from .cookies import new_secret
from .csrf_token import CsrfToken
from .protection import forbid_storing
from .session_cookie import get_secret

bp = APIBlueprint("csrf", __name__, url_prefix="/auth", tag="auth")
bp.after_request(forbid_storing)


@bp.get("/csrf")
@bp.output(CsrfToken)
def read_csrf_token() -> tuple[CsrfToken, dict[str, str]]:
    """Return the token that goes with the caller's cookie; whoever has none gets one."""
    secret = get_secret()
    headers = {}
    if not secret:
        secret = new_secret()
        headers["Set-Cookie"] = authentication.cookie.give(secret)
    return CsrfToken(csrf_token=authentication.csrf.token(secret)), headers
