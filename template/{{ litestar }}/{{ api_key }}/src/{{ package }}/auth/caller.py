"""Who is asking."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.openapi.spec import SecurityScheme

from ..core.errors import UnauthorizedError
from ..dependencies import provide_resources

UNKNOWN_CALLER = "This needs a key in X-API-Key."
# A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for keys in a header
# field of their own.
CHALLENGE = "APIKey"

SCHEMES = {
    "key": SecurityScheme(
        type="apiKey",
        security_scheme_in="header",
        name="X-API-Key",
        description="A key made with the command create-key",
    )
}


class CallerMiddleware(AbstractAuthenticationMiddleware):
    """Says who is asking in ``request.user``, ``None`` for somebody who does not say.

    A key that is not valid is refused.
    """

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        key = connection.headers.get("x-api-key")
        if key is None:
            return AuthenticationResult(user=None, auth=None)
        resources = await provide_resources(connection.app.state)
        caller = await resources.auth.keys.authenticate(key)
        if caller is None:
            msg = "The key is not valid."
            raise UnauthorizedError(msg, challenge=CHALLENGE)
        return AuthenticationResult(user=caller, auth=None)
