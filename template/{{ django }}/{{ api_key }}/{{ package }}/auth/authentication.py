"""Who is asking: whoever holds the API key."""

from django.http import HttpRequest

from ..core.errors import UnauthorizedError
from .models import ApiKey
from .permissions import Principal
from .requirement import Requirement

HEADER = "X-API-Key"


def identify(request: HttpRequest) -> Principal | None:
    """Return whose key was sent, or ``None`` without one.

    Raises ``UnauthorizedError`` for a key that is not valid.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    caller = ApiKey.objects.holder(key)
    if caller is None:
        msg = "The API key is not valid."
        raise UnauthorizedError(msg, challenge=ApiKeyHeader.challenge)
    return caller


class ApiKeyHeader(Requirement):
    """Demands a key, and permissions."""

    openapi_type = "apiKey"
    openapi_in = "header"
    openapi_name = HEADER
    # A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for API keys.
    challenge = "ApiKey"
    unknown = f"This needs an API key in {HEADER}."

    def identify(self, request: HttpRequest) -> Principal | None:
        return identify(request)


requires = ApiKeyHeader
