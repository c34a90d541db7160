"""Endpoints to sign in and out, and to ask who one is."""

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import CacheControlHeader
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from ..core.openapi import problems
from ..dependencies import ResourcesDep, provide_resources
from .caller import CallerMiddleware
from .cookies import new_secret
from .credentials import Credentials
from .csrf_token import CsrfToken
from .guards import Requires
from .permissions import Principal
from .schemas import Me
from .session_cookie import SentCookie, get_secret
from .sign_in import sign_in


async def require_csrf_token(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Guard that demands a cookie and its CSRF token, also of those who have not signed in."""
    resources = await provide_resources(connection.app.state)
    secret = await get_secret(connection)
    resources.auth.csrf.check(str(connection.scope.get("method")), connection.headers, secret)


class AuthController(Controller):
    """Sessions for names and passwords."""

    path = "/auth"
    tags = ("auth",)
    cache_control = CacheControlHeader(no_store=True)

    @get("/csrf")
    async def read_csrf_token(
        self, request: Request[Any, Any, Any], resources: ResourcesDep
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
        "/login",
        status_code=HTTP_200_OK,
        guards=[require_csrf_token],
        responses=problems(401, 403, 415, 422, 429, 503),
        security=[{"session": []}],
    )
    async def log_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Credentials],
        resources: ResourcesDep,
    ) -> Response[Me]:
        """Sign in with name and password: begins a session with a new cookie and CSRF token."""
        auth = resources.auth
        user, secret = await sign_in(auth, data, instead_of=await get_secret(request))
        return Response(Me.of(user.to_principal()), cookies=[SentCookie(auth.cookie.give(secret))])

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
        self, request: Request[Principal, str, Any], resources: ResourcesDep
    ) -> Response[None]:
        """End the session."""
        await resources.auth.sessions.end(request.auth)
        return Response(None, cookies=[SentCookie(resources.auth.cookie.take_back())])

    @get("/me", middleware=[CallerMiddleware], guards=[Requires()], responses=problems(503))
    async def read_me(self, request: Request[Principal, Any, Any]) -> Me:
        """Say who is asking."""
        return Me.of(request.user)
