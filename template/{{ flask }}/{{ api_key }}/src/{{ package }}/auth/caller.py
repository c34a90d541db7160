"""Who is asking."""

from flask import request

from ..core.errors import UnauthorizedError
from ..extensions import authentication
from .permissions import Principal

HEADER = "X-API-Key"
# A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for keys in a header
# field of their own.
CHALLENGE = "APIKey"


def get_caller() -> Principal | None:
    """Return who is asking, or ``None`` for somebody who does not say.

    A key that is not valid is refused.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    caller = authentication.keys.authenticate(key)
    if caller is None:
        msg = "The key is not valid."
        raise UnauthorizedError(msg, challenge=CHALLENGE)
    return caller
