"""Who is asking: whoever holds the bearer token (RFC 6750)."""

from django.conf import settings
from django.http import HttpRequest

from ..core.errors import UnauthorizedError
from .django_permissions import granted
from .models import TokenFamily
from .permissions import Principal
from .requirement import Requirement
from .tokens import InvalidTokenError, Token, TokenType, read


def get_token(request: HttpRequest) -> Token | None:
    """Return what the bearer token says, if there is one.

    Raises ``UnauthorizedError`` for one that is not valid.
    """
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return read(TokenType.ACCESS, encoded, key=settings.SECRET_KEY)
    except InvalidTokenError as error:
        raise _refusal() from error


def identify(request: HttpRequest) -> Principal | None:
    """Return who is asking with the permissions they have now, or ``None`` without a token.

    Raises ``UnauthorizedError`` for a token that is not valid.
    """
    token = get_token(request)
    if token is None:
        return None
    try:
        user = TokenFamily.objects.holder(token)
    except InvalidTokenError as error:
        raise _refusal() from error
    return Principal(subject=user.get_username(), permissions=granted(user))


class BearerToken(Requirement):
    """Demands a token, and permissions."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    challenge = "Bearer"
    unknown = "This needs an access token."

    def identify(self, request: HttpRequest) -> Principal | None:
        return identify(request)


requires = BearerToken


def _refusal() -> UnauthorizedError:
    msg = "The access token is not valid."
    return UnauthorizedError(msg, challenge='Bearer error="invalid_token"')
