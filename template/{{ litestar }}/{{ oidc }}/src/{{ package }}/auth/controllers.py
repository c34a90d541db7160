"""Endpoints to sign in and out, and to ask who one is."""

from collections.abc import Mapping
from typing import Annotated, Any

import structlog
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import URL, CacheControlHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_303_SEE_OTHER
from pydantic import BaseModel
from structlog.typing import FilteringBoundLogger

from ..core.errors import BadRequestError, UnauthorizedError
from ..core.openapi import problems
from ..dependencies import ResourcesDep
from ..resources import Resources
from .caller import CHALLENGE, CallerMiddleware
from .cookies import new_secret
from .guards import Requires
from .login_attempts import LOCAL_PATH, InvalidAttemptError, LoginAttempt
from .permissions import Principal
from .provider_messages import ERROR_CODE
from .session_cookie import SentCookie, get_secret
from .stored_session import StoredSession
from .tokens import InvalidTokenError

logger: FilteringBoundLogger = structlog.get_logger()

AnyRequest = Request[Any, Any, Any]

NextPath = Annotated[
    str,
    QueryParameter(
        name="next",
        # To msgspec ``$`` is also the place before a line break at the end.
        pattern=LOCAL_PATH + r"(?!\n)",
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


def attempt_of(request: AnyRequest, resources: Resources, state: str) -> LoginAttempt:
    """Return the attempt to sign in that the provider's answer belongs to."""
    sealed = request.cookies.get(resources.auth.attempt_cookie.name, "")
    try:
        return resources.auth.attempts.unseal(sealed, state=state)
    except InvalidAttemptError as error:
        msg = "Nobody has begun to sign in here, or it is too long ago: begin at /auth/login."
        raise BadRequestError(msg) from error


def callback_of(request: AnyRequest, resources: Resources) -> str:
    """Return the address to which the provider sends browsers back."""
    address = URL(request.url_for("finish_login"))
    if resources.settings.environment == "production":  # whatever the proxy in front speaks to us
        address = address.with_replacements(scheme="https")
    return str(address)


class AuthController(Controller):
    """Sessions for those who sign in at the provider."""

    path = "/auth"
    tags = ("auth",)
    cache_control = CacheControlHeader(no_store=True)

    @get("/login", status_code=HTTP_303_SEE_OTHER, responses=problems(422, 503))
    async def begin_login(
        self, request: AnyRequest, resources: ResourcesDep, next_path: NextPath = "/auth/me"
    ) -> Redirect:
        """Send the browser to the provider, where somebody signs in."""
        auth = resources.auth
        attempt = LoginAttempt.begin(next_path)
        address = await auth.provider.authorization_url(attempt, callback_of(request, resources))
        cookie = auth.attempt_cookie.give(auth.attempts.seal(attempt))
        return Redirect(address, status_code=HTTP_303_SEE_OTHER, cookies=[SentCookie(cookie)])

    @get(
        "/callback",
        name="finish_login",
        status_code=HTTP_303_SEE_OTHER,
        responses=problems(401, 422, 503),
    )
    async def finish_login(
        self,
        request: AnyRequest,
        resources: ResourcesDep,
        given_state: Annotated[str, QueryParameter(name="state")],  # ``state`` is Litestar's
        code: FromQuery[str] = "",
        error: FromQuery[str] = "",
    ) -> Redirect:
        """Take the provider's answer: begins a session with a new cookie and CSRF token."""
        auth = resources.auth
        attempt = attempt_of(request, resources, given_state)
        forget = auth.attempt_cookie.take_back()
        if not code:
            # Those who sign in can put anything into the address.
            reason = error if ERROR_CODE.fullmatch(error) else "no error code"
            logger.warning("sign-in refused by the provider", error=reason)
            msg = "The provider did not let anybody sign in."
            raise SignInError(msg, set_cookie=forget)
        try:
            caller = await auth.provider.finish(attempt, code, callback_of(request, resources))
        except InvalidTokenError as invalid:
            msg = "The provider's answer is not valid."
            raise SignInError(msg, set_cookie=forget) from invalid
        session = StoredSession(subject=caller.subject, permissions=sorted(caller.permissions))
        secret = await auth.sessions.begin(session, instead_of=await get_secret(request))
        cookies = [SentCookie(auth.cookie.give(secret)), SentCookie(forget)]
        return Redirect(attempt.next_path, status_code=HTTP_303_SEE_OTHER, cookies=cookies)

    @get("/csrf")
    async def read_csrf_token(
        self, request: AnyRequest, resources: ResourcesDep
    ) -> Response[CsrfToken]:
        """Return the token that goes with the caller's cookie; whoever has none gets one."""
        auth = resources.auth
        if secret := await get_secret(request):
            return Response(CsrfToken(csrf_token=auth.csrf.token(secret)))
        secret = new_secret()
        return Response(
            CsrfToken(csrf_token=auth.csrf.token(secret)),
            cookies=[SentCookie(auth.cookie.give(secret))],
        )

    @post(
        "/logout",
        status_code=HTTP_204_NO_CONTENT,
        middleware=[CallerMiddleware],
        guards=[Requires()],
        responses={
            HTTP_204_NO_CONTENT: ResponseSpec(None, description="The session has ended"),
            **problems(403, 503),
        },
    )
    async def log_out(
        self, request: Request[Principal, str | None, Any], resources: ResourcesDep
    ) -> Response[None]:
        """End the session here; the one at the provider goes on."""
        if request.auth is not None:
            await resources.auth.sessions.end(request.auth)
        return Response(None, cookies=[SentCookie(resources.auth.cookie.take_back())])

    @get("/me", middleware=[CallerMiddleware], guards=[Requires()], responses=problems(503))
    async def read_me(self, request: Request[Principal, Any, Any]) -> Me:
        """Say who is asking."""
        return Me(subject=request.user.subject, permissions=sorted(request.user.permissions))
