"""Endpoints to sign in and out, and to ask who one is."""

from collections.abc import Mapping
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response, status
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from structlog.typing import FilteringBoundLogger

from ..core.errors import BadRequestError, UnauthorizedError
from ..core.openapi import problems
from ..dependencies import ResourcesDep
from ..resources import Resources
from .caller import CHALLENGE
from .cookies import new_secret
from .dependencies import NO_STORE, PrincipalDep, requires
from .login_attempts import LOCAL_PATH, InvalidAttemptError, LoginAttempt
from .provider_messages import ERROR_CODE
from .session_cookie import SecretDep, get_secret
from .stored_session import StoredSession
from .tokens import InvalidTokenError

logger: FilteringBoundLogger = structlog.get_logger()

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


class CsrfToken(BaseModel):
    """What requests that change something must carry in ``X-CSRF-Token``."""

    csrf_token: str


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]


class SignInError(UnauthorizedError):
    """The provider did not let anybody sign in; the browser forgets the attempt."""

    def __init__(self, detail: str, *, set_cookie: str) -> None:
        super().__init__(detail, challenge=CHALLENGE)
        self._set_cookie = set_cookie

    @property
    def headers(self) -> Mapping[str, str]:
        return {**super().headers, "Set-Cookie": self._set_cookie}


async def get_attempt(request: Request, resources: ResourcesDep, state: str) -> LoginAttempt:
    """Return the attempt to sign in that the provider's answer belongs to."""
    sealed = request.cookies.get(resources.auth.attempt_cookie.name, "")
    try:
        return resources.auth.attempts.unseal(sealed, state=state)
    except InvalidAttemptError as error:
        msg = "Nobody has begun to sign in here, or it is too long ago: begin at /auth/login."
        raise BadRequestError(msg) from error


AttemptDep = Annotated[LoginAttempt, Depends(get_attempt)]


async def get_code(_attempt: AttemptDep, code: str = "", error: str = "") -> str:
    """Return the code that the provider gives, or log why it gives none."""
    if not code:
        # Those who sign in can put anything into the address.
        reason = error if ERROR_CODE.fullmatch(error) else "no error code"
        logger.warning("sign-in refused by the provider", error=reason)
    return code


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
    auth = resources.auth
    attempt = LoginAttempt.begin(next_path)
    callback = callback_of(request, resources)
    address = await auth.provider.authorization_url(attempt, callback)
    response.headers.append("Set-Cookie", auth.attempt_cookie.give(auth.attempts.seal(attempt)))
    return address


@router.get(
    "/callback",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    responses=problems(401, 422, 503),
)
async def finish_login(
    request: Request,
    resources: ResourcesDep,
    response: Response,
    attempt: AttemptDep,
    code: Annotated[str, Depends(get_code)],
) -> str:
    """Take the provider's answer: begins a session with a new cookie and CSRF token."""
    auth = resources.auth
    forget = auth.attempt_cookie.take_back()
    if not code:
        msg = "The provider did not let anybody sign in."
        raise SignInError(msg, set_cookie=forget)
    try:
        principal = await auth.provider.finish(attempt, code, callback_of(request, resources))
    except InvalidTokenError as error:
        msg = "The provider's answer is not valid."
        raise SignInError(msg, set_cookie=forget) from error
    session = StoredSession(subject=principal.subject, permissions=sorted(principal.permissions))
    secret = await auth.sessions.begin(session, instead_of=await get_secret(request))
    response.headers.append("Set-Cookie", auth.cookie.give(secret))
    response.headers.append("Set-Cookie", forget)
    return attempt.next_path


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
    return Me(subject=principal.subject, permissions=sorted(principal.permissions))
