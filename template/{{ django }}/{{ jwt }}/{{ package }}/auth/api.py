"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated, Literal, Self

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from ninja import Form, Router
from pydantic import BaseModel

from ..accounts.models import User
from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.responses import respond_with
from ..core.validation import InputModel, Text
from .authentication import get_token, requires
from .me_api import NO_STORE
from .me_api import router as me
from .models import TokenFamily, TokenPair
from .tokens import InvalidTokenError

router = Router(tags=["auth"])
router.add_router("", me)


class Tokens(BaseModel):
    """Tokens, as OAuth 2.0 answers (RFC 6749, section 5.1)."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a type, not a secret
    expires_in: int

    @classmethod
    def of(cls, pair: TokenPair) -> Self:
        """Show a pair of tokens."""
        return cls(
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            expires_in=pair.expires_in,
        )


class RefreshRequest(InputModel):
    """A refresh token to exchange."""

    refresh_token: Text


@router.post("/token", response={200: Tokens} | problems(401, 413, 415, 422, 429, 503), auth=None)
def create_tokens(
    request: HttpRequest,
    username: Annotated[str, Form()],
    password: Annotated[str, Form()],
    grant_type: Annotated[str, Form(pattern="^password$")] = "password",
) -> HttpResponse:
    """Sign in with name and password, as an OAuth 2.0 password grant."""
    del grant_type
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        msg = "The name or the password is wrong."
        raise UnauthorizedError(msg, challenge="Bearer")
    return respond_with(Tokens.of(TokenFamily.objects.begin(user)), headers=NO_STORE)


@router.post("/refresh", response={200: Tokens} | problems(401, 413, 415, 422, 503), auth=None)
def refresh_tokens(request: HttpRequest, body: RefreshRequest) -> HttpResponse:
    """Exchange a refresh token for new tokens; each works once."""
    try:
        pair = TokenFamily.objects.rotate(body.refresh_token)
    except InvalidTokenError as error:
        msg = "The refresh token is not valid."
        raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error
    return respond_with(Tokens.of(pair), headers=NO_STORE)


@router.post("/logout", response={204: None} | problems(401, 503), auth=requires())
def log_out(request: HttpRequest) -> HttpResponse:
    """Revoke the access token that is sent along, and its refresh token."""
    token = get_token(request)
    if token is not None:
        TokenFamily.objects.revoke(token)
    return HttpResponse(status=204)
