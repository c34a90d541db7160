"""Who is asking."""

from ..core.csrf_protection import request_headers
from ..core.errors import UnauthorizedError
from ..extensions import authentication
from .bearer import bearer_token
from .permissions import Principal
from .session_cookie import get_secret
from .tokens import InvalidTokenError

CHALLENGE = "Bearer"


def get_caller() -> Principal | None:
    """Return who is asking, or ``None`` for somebody who does not say.

    Who sends a bearer token is known by it alone; one that is not valid is refused.
    """
    token = bearer_token(request_headers())
    if token is None:
        secret = get_secret()
        return None if secret is None else authentication.sessions.find(secret)
    try:
        return authentication.provider.authenticate(token)
    except InvalidTokenError as error:
        msg = "The access token is not valid."
        raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error
