"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from ninja import Query, Router
from structlog.typing import FilteringBoundLogger

from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.problems import respond_to
from .attempt_cookie import find, forget, keep
from .authentication import CHALLENGE, requires, sign_in
from .csrf_api import router as csrf
from .login_attempts import LOCAL_PATH, LoginAttempt
from .me_api import NO_STORE
from .me_api import router as me
from .provider import provider
from .provider_messages import ERROR_CODE
from .tokens import InvalidTokenError

logger: FilteringBoundLogger = structlog.get_logger()

router = Router(tags=["auth"])
router.add_router("", csrf)
router.add_router("", me)

NextPath = Annotated[
    str,
    Query(
        alias="next",
        pattern=LOCAL_PATH,
        max_length=1000,
        description="Where to go afterwards: a path of this service",
    ),
]


class SeeOther(HttpResponseRedirect):
    """Sends the browser on with a GET (RFC 9110, section 15.4.4)."""

    status_code = 303


@router.get("/login", response={303: None} | problems(422, 503), auth=None)
def begin_login(request: HttpRequest, next_path: NextPath = "/auth/me") -> HttpResponse:
    """Send the browser to the provider, where somebody signs in."""
    attempt = LoginAttempt.begin(next_path)
    address = provider.authorization_url(attempt, _callback_of(request))
    response = SeeOther(address, headers=NO_STORE)
    keep(response, attempt)
    return response


@router.get("/callback", response={303: None} | problems(401, 422, 503), auth=None)
def finish_login(request: HttpRequest, state: str, code: str = "", error: str = "") -> HttpResponse:
    """Take the provider's answer: begins a session with a new cookie and CSRF token."""
    attempt = find(request, state)
    if not code:
        # Those who sign in can put anything into the address.
        reason = error if ERROR_CODE.fullmatch(error) else "no error code"
        logger.warning("sign-in refused by the provider", error=reason)
        return _refuse(request, "The provider did not let anybody sign in.")
    try:
        principal = provider.finish(attempt, code, _callback_of(request))
    except InvalidTokenError:
        return _refuse(request, "The provider's answer is not valid.")
    sign_in(request, principal)
    response = SeeOther(attempt.next_path, headers=NO_STORE)
    forget(response)
    return response


@router.post("/logout", response={204: None} | problems(401, 403, 503), auth=requires())
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session here; the one at the provider goes on."""
    logout(request)
    return HttpResponse(status=204)


def _callback_of(request: HttpRequest) -> str:
    """Return the address to which the provider sends browsers back."""
    address = request.build_absolute_uri("callback")
    if settings.PRODUCTION:  # whatever the proxy in front speaks to us
        address = address.replace("http://", "https://", 1)
    return address


def _refuse(request: HttpRequest, detail: str) -> HttpResponse:
    """Let nobody in, and the browser forget the attempt."""
    response = respond_to(request, UnauthorizedError(detail, challenge=CHALLENGE))
    forget(response)
    return response
