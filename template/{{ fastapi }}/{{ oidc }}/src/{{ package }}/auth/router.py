"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from ..core.openapi import problems
from ..dependencies import ResourcesDep
from ..resources import Resources
from .cookies import new_secret
from .csrf_token import CsrfToken
from .dependencies import NO_STORE, PrincipalDep, requires
from .login_attempts import LOCAL_PATH
from .provider_answer import ProviderAnswer
from .schemas import Me
from .session_cookie import SecretDep
from .sign_in import begin, finish

router = APIRouter(prefix="/auth", tags=["auth"], dependencies=[NO_STORE])

NextPath = Annotated[
    str,
    Query(
        alias="next",
        pattern=LOCAL_PATH,
        max_length=1000,
        description="Where to go afterwards: a path of this service",
    ),
]


def callback_of(request: Request, resources: Resources) -> str:
    """Return the address to which the provider sends browsers back."""
    address = request.url_for("finish_login")
    if resources.settings.environment == "production":  # whatever the proxy in front speaks to us
        address = address.replace(scheme="https")
    return str(address)


@router.get(
    "/login",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    responses=problems(422, 503),
)
async def begin_login(
    request: Request, resources: ResourcesDep, response: Response, next_path: NextPath = "/auth/me"
) -> str:
    """Send the browser to the provider, where somebody signs in."""
    departure = await begin(resources.auth, next_path, callback_of(request, resources))
    for cookie in departure.cookies:
        response.headers.append("Set-Cookie", cookie)
    return departure.address


@router.get(
    "/callback",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    responses=problems(401, 422, 503),
)
async def finish_login(
    answer: Annotated[ProviderAnswer, Query()],
    request: Request,
    resources: ResourcesDep,
    response: Response,
) -> str:
    """Take the provider's answer: begins a session with a new cookie and CSRF token."""
    callback = callback_of(request, resources)
    departure = await finish(resources.auth, answer, request.cookies, callback)
    for cookie in departure.cookies:
        response.headers.append("Set-Cookie", cookie)
    return departure.address


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
    "/logout",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[requires()],
    responses=problems(401, 403, 503),
)
async def log_out(secret: SecretDep, resources: ResourcesDep, response: Response) -> None:
    """End the session here; the one at the provider goes on."""
    if secret is not None:
        await resources.auth.sessions.end(secret)
    response.headers.append("Set-Cookie", resources.auth.cookie.take_back())


@router.get("/me", responses=problems(401, 503))
async def read_me(principal: PrincipalDep) -> Me:
    """Say who is asking."""
    return Me.of(principal)
