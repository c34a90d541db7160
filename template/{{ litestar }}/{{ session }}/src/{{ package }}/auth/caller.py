"""Who is asking."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.openapi.spec import SecurityScheme

from ..dependencies import provide_resources
from .session_cookie import get_secret

UNKNOWN_CALLER = "Sign in first."
# A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for cookies.
CHALLENGE = "Cookie"

# The plugin for CSRF puts the cookie's own name, which depends on the environment.
SCHEMES = {
    "session": SecurityScheme(
        type="apiKey",
        security_scheme_in="cookie",
        name="session",
        description="The cookie that signing in sets",
    )
}


class CallerMiddleware(AbstractAuthenticationMiddleware):
    """Says who is asking in ``request.user``, ``None`` for somebody who has not signed in.

    Litestar's ``SessionAuth`` keeps the id of a session as it is, so that whoever reads the store
    could go on with the sessions of others; and it refuses everybody without one.
    """

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        secret = await get_secret(connection)
        resources = await provide_resources(connection.app.state)
        caller = None if secret is None else await resources.auth.sessions.find(secret)
        return AuthenticationResult(user=caller, auth=secret)
