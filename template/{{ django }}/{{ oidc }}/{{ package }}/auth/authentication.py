"""Who is asking: whoever the session says has signed in, or who holds the access token."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from ..core.errors import UnauthorizedError
from .bearer import bearer_token
from .permissions import Principal
from .provider import provider
from .requirement import Requirement
from .tokens import InvalidTokenError

CHALLENGE = "Bearer"


def sign_in(request: HttpRequest, principal: Principal) -> None:
    """Begin a session of somebody, with the permissions that the provider gives them now."""
    request.session.flush()  # what the browser brought along is not what it leaves with
    request.session["subject"] = principal.subject
    request.session["permissions"] = sorted(principal.permissions)
    rotate_token(request)


def identify(request: HttpRequest) -> Principal | None:
    """Return who is asking, or ``None`` for somebody who does not say.

    Who sends a bearer token is known by it alone. Raises ``UnauthorizedError`` for one that is not
    valid, and ``UnavailableError`` when nobody can tell because the provider does not answer.
    """
    token = bearer_token(request)
    if token is None:
        return _signed_in(request)
    try:
        return provider.authenticate(token)
    except InvalidTokenError as error:
        msg = "The access token is not valid."
        raise UnauthorizedError(msg, challenge=f'{CHALLENGE} error="invalid_token"') from error


def _signed_in(request: HttpRequest) -> Principal | None:
    session = request.session
    if "subject" not in session:
        return None
    return Principal(session["subject"], frozenset(session["permissions"]))


class AccessToken(Requirement):
    """Demands an access token with permissions, of those who send one."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_bearerFormat = "JWT"  # noqa: N815 - OpenAPI's name
    challenge = CHALLENGE

    def __call__(self, request: HttpRequest) -> Principal | None:  # type: ignore[override]
        """Leave the others to the requirement that comes next."""
        return None if bearer_token(request) is None else super().__call__(request)

    def identify(self, request: HttpRequest) -> Principal | None:
        return identify(request)


class Session(Requirement):
    """Demands that somebody has signed in, and permissions."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    challenge = CHALLENGE
    unknown = "Sign in first, or send an access token."

    def identify(self, request: HttpRequest) -> Principal | None:
        return identify(request)


def requires(*permissions: str) -> list[Requirement]:
    """Demand callers with these permissions, however they say who they are."""
    return [AccessToken(*permissions), Session(*permissions)]
