"""The cookie of a browser that is away at the provider to sign in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ..core.errors import BadRequestError
from .login_attempts import LIFETIME, InvalidAttemptError, LoginAttempt, LoginAttempts


def keep(response: HttpResponse, attempt: LoginAttempt) -> None:
    """Let the browser keep the attempt, which it cannot change, until it comes back."""
    _set(response, LoginAttempts(settings.SECRET_KEY).seal(attempt), max_age=LIFETIME)


def forget(response: HttpResponse) -> None:
    """Let the browser forget the attempt: it is over."""
    _set(response, "", max_age=0)


def find(request: HttpRequest, state: str) -> LoginAttempt:
    """Return the attempt that the provider's answer with this state belongs to.

    Raises ``BadRequestError`` when this browser has not made it, or too long ago.
    """
    sealed = request.COOKIES.get(settings.LOGIN_COOKIE_NAME, "")
    try:
        return LoginAttempts(settings.SECRET_KEY).unseal(sealed, state=state)
    except InvalidAttemptError as error:
        msg = "Nobody has begun to sign in here, or it is too long ago: begin at /auth/login."
        raise BadRequestError(msg) from error


def _set(response: HttpResponse, value: str, *, max_age: int) -> None:
    response.set_cookie(
        settings.LOGIN_COOKIE_NAME,
        value,
        max_age=max_age,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
