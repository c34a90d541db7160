"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, status
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.validation import InputModel, Text
from ..dependencies import JSON_BODY, MediaType, ResourcesDep
from .caller import CHALLENGE, get_token
from .dependencies import NO_STORE, PrincipalDep, requires
from .password_changes import PasswordChangedError
from .refresh_tokens import TokenPair
from .tokens import InvalidTokenError, Token

FORM_BODY = Depends(MediaType("application/x-www-form-urlencoded"))

router = APIRouter(
    prefix="/auth",
    tags=["auth"],
    dependencies=[NO_STORE],  # as RFC 6749, section 5.1 demands where tokens are given
    responses=problems(401, 503),
)


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


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]


@router.post("/token", dependencies=[FORM_BODY], responses=problems(415, 422, 429))
async def create_tokens(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], resources: ResourcesDep
) -> Tokens:
    """Sign in with name and password, as an OAuth 2.0 password grant."""
    refusal = UnauthorizedError("The name or the password is wrong.", challenge=CHALLENGE)
    user = await resources.auth.accounts.sign_in(form.username, form.password)
    if user is None:
        raise refusal
    try:
        return Tokens.of(await resources.auth.tokens.begin(user))
    except PasswordChangedError as error:
        raise refusal from error


@router.post("/refresh", dependencies=[JSON_BODY], responses=problems(415, 422))
async def refresh_tokens(body: RefreshRequest, resources: ResourcesDep) -> Tokens:
    """Exchange a refresh token for new tokens; each works once."""
    try:
        return Tokens.of(await resources.auth.tokens.rotate(body.refresh_token))
    except InvalidTokenError as error:
        msg = "The refresh token is not valid."
        raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT, dependencies=[requires()])
async def log_out(token: Annotated[Token, Depends(get_token)], resources: ResourcesDep) -> None:
    """Revoke the access token that is sent along, and its refresh token."""
    await resources.auth.tokens.revoke(token)


@router.get("/me")
async def read_me(principal: PrincipalDep) -> Me:
    """Say who is asking."""
    return Me(subject=principal.subject, permissions=sorted(principal.permissions))
