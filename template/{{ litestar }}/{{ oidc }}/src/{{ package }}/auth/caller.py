"""Who is asking."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.openapi.spec import SecurityScheme

from ..core.errors import UnauthorizedError
from ..dependencies import provide_resources
from .bearer import bearer_token
from .session_cookie import get_secret
from .tokens import InvalidTokenError

UNKNOWN_CALLER = "Sign in first, or send an access token."
CHALLENGE = "Bearer"

# The plugin for CSRF puts the cookie's own name, which depends on the environment.
SCHEMES = {
    "session": SecurityScheme(
        type="apiKey",
        security_scheme_in="cookie",
        name="session",
        description="The cookie that signing in sets",
    ),
    "bearer": SecurityScheme(
        type="http",
        scheme="bearer",
        bearer_format="JWT",
        description="An access token of the OpenID provider",
    ),
}


class CallerMiddleware(AbstractAuthenticationMiddleware):
    """Says who is asking in ``request.user``, ``None`` for somebody who does not say.

    Who sends a bearer token is known by it alone; one that is not valid is refused. Whoever came
    with a cookie has its secret in ``request.auth``.
    """

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        resources = await provide_resources(connection.app.state)
        secret = await get_secret(connection)
        token = bearer_token(connection.headers)
        if token is None:
            caller = None if secret is None else await resources.auth.sessions.find(secret)
            return AuthenticationResult(user=caller, auth=secret)
        try:
            caller = await resources.auth.provider.authenticate(token)
        except InvalidTokenError as error:
            msg = "The access token is not valid."
            raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error
        return AuthenticationResult(user=caller, auth=secret)
