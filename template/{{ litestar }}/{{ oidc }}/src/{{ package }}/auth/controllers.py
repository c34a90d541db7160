"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import URL, CacheControlHeader
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_204_NO_CONTENT, HTTP_303_SEE_OTHER

from ..core.openapi import problems
from ..dependencies import ResourcesDep
from ..resources import Resources
from .caller import CallerMiddleware
from .cookies import new_secret
from .csrf_token import CsrfToken
from .guards import Requires
from .login_attempts import LOCAL_PATH
from .permissions import Principal
from .provider_answer import Departure, ProviderAnswer
from .schemas import Me
from .session_cookie import SentCookie, get_secret
from .sign_in import begin, finish

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


def callback_of(request: AnyRequest, resources: Resources) -> str:
    """Return the address to which the provider sends browsers back."""
    address = URL(request.url_for("finish_login"))
    if resources.settings.environment == "production":  # whatever the proxy in front speaks to us
        address = address.with_replacements(scheme="https")
    return str(address)


def redirect(departure: Departure) -> Redirect:
    """Let the browser go, and take its cookies along."""
    cookies = [SentCookie(cookie) for cookie in departure.cookies]
    return Redirect(departure.address, status_code=HTTP_303_SEE_OTHER, cookies=cookies)


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
        callback = callback_of(request, resources)
        return redirect(await begin(resources.auth, next_path, callback))

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
        answer = ProviderAnswer(state=given_state, code=code, error=error)
        callback = callback_of(request, resources)
        return redirect(await finish(resources.auth, answer, request.cookies, callback))

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
        return Me.of(request.user)
