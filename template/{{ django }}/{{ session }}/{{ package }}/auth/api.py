"""Endpoints to sign in and out, and to ask who one is."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from ninja import Router

from ..accounts.models import User
from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.responses import respond_with
from ..core.validation import InputModel, Secret, Text
from .authentication import Session, requires
from .csrf_api import router as csrf
from .django_permissions import granted
from .me_api import NO_STORE, Me
from .me_api import router as me
from .permissions import Principal

router = Router(tags=["auth"])
router.add_router("", csrf)
router.add_router("", me)


class Credentials(InputModel):
    """What somebody signs in with."""

    username: Text
    password: Secret


@router.post("/login", response={200: Me} | problems(401, 403, 413, 415, 422, 429, 503), auth=None)
def log_in(request: HttpRequest, body: Credentials) -> HttpResponse:
    """Sign in with name and password: begins a session, with a cookie and CSRF token of its own."""
    password = body.password.get_secret_value()
    user = authenticate(request, username=body.username, password=password)
    if not isinstance(user, User):
        msg = "The name or the password is wrong."
        raise UnauthorizedError(msg, challenge=Session.challenge)
    request.session.flush()  # what the browser brought along is not what it leaves with
    login(request, user)
    caller = Principal(subject=user.get_username(), permissions=granted(user))
    return respond_with(Me.of(caller), headers=NO_STORE)


@router.post("/logout", response={204: None} | problems(401, 403, 503), auth=requires())
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponse(status=204)
