"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import BaseModel

from ..core.errors import UnauthorizedError
from ..core.openapi import problems
from ..core.validation import InputModel, Secret, Text
from ..dependencies import JSON_BODY, ResourcesDep
from .caller import CHALLENGE
from .cookies import new_secret
from .dependencies import NO_STORE, PrincipalDep, requires
from .password_changes import PasswordChangedError
from .permissions import Principal
from .session_cookie import SecretDep, get_secret
from .stored_session import StoredSession

router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[NO_STORE])


async def check_csrf(request: Request, secret: SecretDep, resources: ResourcesDep) -> None:
    """Demand a cookie and its CSRF token, also of those who have not signed in."""
    resources.auth.csrf.check(request.method, request.headers, secret)


class Credentials(InputModel):
    """What somebody signs in with."""

    username: Text
    password: Secret


class CsrfToken(BaseModel):
    """What requests that change something must carry in ``X-CSRF-Token``."""

    csrf_token: str


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Show somebody."""
        return cls(subject=principal.subject, permissions=sorted(principal.permissions))


@router.get("/csrf")
async def read_csrf_token(
    secret: SecretDep, resources: ResourcesDep, response: Response
) -> CsrfToken:
    """Return the token that goes with the caller's cookie; whoever has none gets one."""
    if not secret:
        secret = new_secret()
        response.headers.append("Set-Cookie", resources.auth.cookie.give(secret))
    return CsrfToken(csrf_token=resources.auth.csrf.token(secret))


@router.post(
    "/login",
    dependencies=[JSON_BODY, Depends(check_csrf)],
    responses=problems(401, 403, 415, 422, 429, 503),
    openapi_extra={"security": [{"session": []}]},
)
async def log_in(
    body: Credentials, secret: SecretDep, resources: ResourcesDep, response: Response
) -> Me:
    """Sign in with name and password: begins a session with a new cookie and CSRF token."""
    auth = resources.auth
    refusal = UnauthorizedError("The name or the password is wrong.", challenge=CHALLENGE)
    user = await auth.accounts.sign_in(body.username, body.password.get_secret_value())
    if user is None:
        raise refusal
    try:
        secret = await auth.sessions.begin(StoredSession(user=user), instead_of=secret)
    except PasswordChangedError as error:
        raise refusal from error
    response.headers.append("Set-Cookie", auth.cookie.give(secret))
    return Me.of(user.to_principal())


@router.post(
    "/logout",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[requires()],
    responses=problems(401, 403, 503),
)
async def log_out(
    secret: Annotated[str, Depends(get_secret)], resources: ResourcesDep, response: Response
) -> None:
    """End the session."""
    await resources.auth.sessions.end(secret)
    response.headers.append("Set-Cookie", resources.auth.cookie.take_back())


@router.get("/me", responses=problems(401, 503))
async def read_me(principal: PrincipalDep) -> Me:
    """Say who is asking."""
    return Me.of(principal)
