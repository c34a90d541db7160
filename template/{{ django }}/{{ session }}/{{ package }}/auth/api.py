"""Endpoints to sign in and out, and to ask who one is."""

from typing import Self

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, SecretStr

from ..accounts.models import User
from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.responses import respond_with
from ..core.validation import InputModel, Text
from .authentication import Session, requires
from .csrf_api import NO_STORE
from .csrf_api import router as csrf
from .django_permissions import granted
from .permissions import Principal
from .requirement import caller_of
from .sessions import begin

router = Router(tags=["auth"])
router.add_router("", csrf)


class Credentials(InputModel):
    """What somebody signs in with."""

    username: Text
    password: SecretStr


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Show somebody."""
        return cls(subject=principal.subject, permissions=sorted(principal.permissions))


@router.post("/login", response={200: Me} | problems(401, 403, 413, 415, 422, 429, 503), auth=None)
def log_in(request: HttpRequest, body: Credentials) -> HttpResponse:
    """Sign in with name and password: begins a session, with a cookie and CSRF token of its own."""
    password = body.password.get_secret_value()
    user = authenticate(request, username=body.username, password=password)
    if not isinstance(user, User):
        msg = "The name or the password is wrong."
        raise UnauthorizedError(msg, challenge=Session.challenge)
    begin(request)
    login(request, user)
    me = Principal(subject=user.get_username(), permissions=granted(user))
    return respond_with(Me.of(me), headers=NO_STORE)


@router.post("/logout", response={204: None} | problems(401, 403, 503), auth=requires())
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponse(status=204)


@router.get("/me", response={200: Me} | problems(401, 503), auth=requires())
def read_me(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    caller = caller_of(request)
    return respond_with(Me.of(caller), headers=NO_STORE)
