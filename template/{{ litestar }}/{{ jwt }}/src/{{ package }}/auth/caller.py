"""Who is asking."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.openapi.spec import OAuthFlow, OAuthFlows, SecurityScheme

from ..core.errors import UnauthorizedError
from ..dependencies import provide_resources
from .permissions import PERMISSIONS
from .tokens import InvalidTokenError

UNKNOWN_CALLER = "This needs an access token."
CHALLENGE = "Bearer"

SCHEMES = {
    "password": SecurityScheme(
        type="oauth2",
        flows=OAuthFlows(
            password=OAuthFlow(
                token_url="/auth/token",  # noqa: S106 - an address
                refresh_url="/auth/refresh",
                scopes=PERMISSIONS,
            )
        ),
    )
}


class CallerMiddleware(AbstractAuthenticationMiddleware):
    """Says who is asking in ``request.user``, and in ``request.auth`` what their token says.

    Both are ``None`` for somebody who does not say; a token that is not valid is refused.
    Litestar's ``JWTAuth`` tells tokens apart by their audience only, and both kinds have the same:
    it would take a refresh token for an access token. It also refuses everybody who sends none.
    """

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        scheme, _, encoded = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return AuthenticationResult(user=None, auth=None)
        resources = await provide_resources(connection.app.state)
        try:
            token = resources.auth.tokens.read_access_token(encoded)
            caller = await resources.auth.tokens.authenticate(token)
        except InvalidTokenError as error:
            msg = "The access token is not valid."
            raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error
        return AuthenticationResult(user=caller, auth=token)
