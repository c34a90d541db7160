"""Who is asking."""

from ..extensions import authentication
from .permissions import Principal
from .session_cookie import get_secret

# A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for cookies.
CHALLENGE = "Cookie"


def get_caller() -> Principal | None:
    """Return who is asking, or ``None`` for somebody who has not signed in."""
    secret = get_secret()
    return None if secret is None else authentication.sessions.find(secret)
