"""Endpoints to sign in and out, and to ask who one is."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Literal, ParamSpec, TypeVar

from apiflask import APIBlueprint
from pydantic import BaseModel, Field, SecretStr

from ..core.application import require_type
from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.validation import Text
from ..extensions import authentication
from .caller import CHALLENGE, get_token
from .password_changes import PasswordChangedError
from .protection import current_caller, forbid_storing
from .schemas import Me
from .scheme import auth
from .token_schemas import RefreshRequest, Tokens
from .tokens import InvalidTokenError

P = ParamSpec("P")
R = TypeVar("R")

bp = APIBlueprint("auth", __name__, url_prefix="/auth", tag="auth")
bp.after_request(forbid_storing)  # as RFC 6749, section 5.1 demands where tokens are given


class PasswordGrant(BaseModel):
    """An OAuth 2.0 password grant (RFC 6749, section 4.3)."""

    grant_type: Literal["password"] = "password"
    username: Annotated[Text, Field(min_length=1)]
    password: SecretStr


def takes_form(view: Callable[P, R]) -> Callable[P, R]:
    """Refuse a body that is no form, which would be reported as missing fields."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        require_type("application/x-www-form-urlencoded")
        return view(*args, **kwargs)

    return checked


@bp.post("/token")
@takes_form
@bp.input(PasswordGrant, location="form", arg_name="form")
@bp.output(Tokens)
@bp.doc(responses=problems(401, 422, 429, 503))
def create_tokens(form: PasswordGrant) -> Tokens:
    """Sign in with name and password, as an OAuth 2.0 password grant."""
    refusal = UnauthorizedError("The name or the password is wrong.", challenge=CHALLENGE)
    user = authentication.accounts.sign_in(form.username, form.password.get_secret_value())
    if user is None:
        raise refusal
    try:
        return Tokens.of(authentication.tokens.begin(user))
    except PasswordChangedError as error:
        raise refusal from error


@bp.post("/refresh")
@bp.input(RefreshRequest, arg_name="body")
@bp.output(Tokens)
@bp.doc(responses=problems(401, 422, 503))
def refresh_tokens(body: RefreshRequest) -> Tokens:
    """Exchange a refresh token for new tokens; each works once."""
    try:
        return Tokens.of(authentication.tokens.rotate(body.refresh_token))
    except InvalidTokenError as error:
        msg = "The refresh token is not valid."
        raise UnauthorizedError(msg, challenge='Bearer error="invalid_token"') from error


@bp.post("/logout")
@bp.auth_required(auth)
@bp.output({}, status_code=204)
@bp.doc(responses=problems(401, 503))
def log_out() -> tuple[str, int]:
    """Revoke the access token that is sent along, and its refresh token."""
    if (token := get_token()) is not None:
        authentication.tokens.revoke(token)
    return "", 204


@bp.get("/me")
@bp.auth_required(auth)
@bp.output(Me)
@bp.doc(responses=problems(401, 503))
def read_me() -> Me:
    """Say who is asking."""
    return Me.of(current_caller())
