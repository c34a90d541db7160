"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated

from fastapi import APIRouter, Depends, status
from fastapi.security import OAuth2PasswordRequestForm

from ..core.openapi import problems
from ..dependencies import JSON_BODY, MediaType, ResourcesDep
from .caller import get_token
from .dependencies import NO_STORE, PrincipalDep, requires
from .schemas import Me
from .sign_in import refresh, sign_in
from .token_schemas import RefreshRequest, Tokens
from .tokens import Token

FORM_BODY = Depends(MediaType("application/x-www-form-urlencoded"))

router = APIRouter(
    prefix="/auth",
    tags=["auth"],
    dependencies=[NO_STORE],  # as RFC 6749, section 5.1 demands where tokens are given
    responses=problems(401, 503),
)


@router.post("/token", dependencies=[FORM_BODY], responses=problems(415, 422, 429))
async def create_tokens(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], resources: ResourcesDep
) -> Tokens:
    """Sign in with name and password, as an OAuth 2.0 password grant."""
    return await sign_in(resources.auth, form.username, form.password)


@router.post("/refresh", dependencies=[JSON_BODY], responses=problems(415, 422))
async def refresh_tokens(body: RefreshRequest, resources: ResourcesDep) -> Tokens:
    """Exchange a refresh token for new tokens; each works once."""
    return await refresh(resources.auth, body.refresh_token)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT, dependencies=[requires()])
async def log_out(token: Annotated[Token, Depends(get_token)], resources: ResourcesDep) -> None:
    """Revoke the access token that is sent along, and its refresh token."""
    await resources.auth.tokens.revoke(token)


@router.get("/me")
async def read_me(principal: PrincipalDep) -> Me:
    """Say who is asking."""
    return Me.of(principal)
