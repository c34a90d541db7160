"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from ..core.openapi import problems
from ..dependencies import JSON_BODY, ResourcesDep
from .cookies import new_secret
from .credentials import Credentials
from .csrf_token import CsrfToken
from .dependencies import NO_STORE, PrincipalDep, requires
from .schemas import Me
from .session_cookie import SecretDep, get_secret
from .sign_in import sign_in

router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[NO_STORE])


async def check_csrf(request: Request, secret: SecretDep, resources: ResourcesDep) -> None:
    """Demand a cookie and its CSRF token, also of those who have not signed in."""
    resources.auth.csrf.check(request.method, request.headers, secret)


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
    user, secret = await sign_in(resources.auth, body, instead_of=secret)
    response.headers.append("Set-Cookie", resources.auth.cookie.give(secret))
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
