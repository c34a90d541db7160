"""The endpoint that gives pages of this service the CSRF token."""

from apiflask import APIBlueprint
from pydantic import BaseModel

from ..extensions import authentication
from .cookies import new_secret
from .session_cookie import get_secret


class CsrfToken(BaseModel):
    """What requests that change something must carry in ``X-CSRF-Token``."""

    csrf_token: str


def add_csrf_route(bp: APIBlueprint) -> None:
    """Let ``bp`` answer who asks for the token."""

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
