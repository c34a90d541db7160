"""Endpoints to sign in and out, and to ask who one is."""

import re
from typing import Annotated

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from ninja import Query, Router
from pydantic import BaseModel
from structlog.typing import FilteringBoundLogger

from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.problems import respond_to
from ..core.responses import respond_with
from .attempt_cookie import find, forget, keep
from .authentication import CHALLENGE, requires, sign_in
from .csrf_api import NO_STORE
from .csrf_api import router as csrf
from .login_attempts import LoginAttempt
from .provider import provider
from .requirement import caller_of
from .tokens import InvalidTokenError

logger: FilteringBoundLogger = structlog.get_logger()

router = Router(tags=["auth"])
router.add_router("", csrf)

# A path of this service. For browsers ``//`` and ``/\`` begin the name of another one.
LOCAL_PATH = r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$"
NextPath = Annotated[
    str,
    Query(
        alias="next",
        pattern=LOCAL_PATH,
        max_length=1000,
        description="Where to go afterwards: a path of this service",
    ),
]
# Error codes of providers (RFC 6749, section 4.1.2.1), of a length that a log can take.
ERROR_CODE = re.compile(r"[ !#-\[\]-~]{1,100}")


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]


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


@router.get("/me", response={200: Me} | problems(401, 503), auth=requires())
def read_me(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    caller = caller_of(request)
    me = Me(subject=caller.subject, permissions=sorted(caller.permissions))
    return respond_with(me, headers=NO_STORE)


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
