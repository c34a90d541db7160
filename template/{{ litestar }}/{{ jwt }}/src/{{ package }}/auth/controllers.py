"""Endpoints to sign in and out, and to ask who one is."""

from typing import Annotated, Any
from urllib.parse import parse_qs

from litestar import Controller, Request, get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import CacheControlHeader
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, URLEncodedBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT
from litestar.utils.scope.state import ScopeState
from pydantic import BaseModel, Field, SecretStr

from ..core.errors import UnsupportedMediaTypeError
from ..core.openapi import problems
from ..dependencies import ResourcesDep
from .caller import CallerMiddleware
from .guards import Requires
from .permissions import Principal
from .schemas import Me
from .sign_in import refresh, sign_in
from .token_schemas import RefreshRequest, Tokens
from .tokens import Token

FORM = "application/x-www-form-urlencoded"


class PasswordGrant(BaseModel):
    """Name and password, as OAuth 2.0 sends them (RFC 6749, section 4.3.2)."""

    grant_type: Annotated[str, Field(pattern="^password$")] = "password"
    username: str
    password: SecretStr


async def require_form(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Guard that refuses a body of another media type, which Litestar would read as a form."""
    given = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != FORM:
        msg = f"The request body must be {FORM}."
        raise UnsupportedMediaTypeError(msg)


async def read_form(request: Request[Any, Any, Any]) -> None:
    """Read a form in place of Litestar, which keeps the last 1,024 in memory, with the passwords.

    It takes the one that it finds in its own state of the request, which may change with a new
    version: ``test_token_form.py`` notices.
    """
    fields = parse_qs((await request.body()).decode("latin-1"), keep_blank_values=True)
    ScopeState.from_scope(request.scope).form = {
        name: values if len(values) > 1 else values[0] for name, values in fields.items()
    }


class AuthController(Controller):
    """Tokens for names and passwords."""

    path = "/auth"
    tags = ("auth",)
    # As RFC 6749, section 5.1 demands where tokens are given.
    cache_control = CacheControlHeader(no_store=True)

    @post(
        "/token",
        status_code=HTTP_200_OK,
        guards=[require_form],
        before_request=read_form,
        responses=problems(401, 415, 422, 429, 503),
    )
    async def create_tokens(
        self, data: URLEncodedBody[PasswordGrant], resources: ResourcesDep
    ) -> Tokens:
        """Sign in with name and password, as an OAuth 2.0 password grant."""
        return await sign_in(resources.auth, data.username, data.password.get_secret_value())

    @post("/refresh", status_code=HTTP_200_OK, responses=problems(401, 415, 422, 503))
    async def refresh_tokens(
        self, data: JSONBody[RefreshRequest], resources: ResourcesDep
    ) -> Tokens:
        """Exchange a refresh token for new tokens; each works once."""
        return await refresh(resources.auth, data.refresh_token)

    @post(
        "/logout",
        status_code=HTTP_204_NO_CONTENT,
        middleware=[CallerMiddleware],
        guards=[Requires()],
        responses=problems(503),
    )
    async def log_out(
        self, request: Request[Principal, Token, Any], resources: ResourcesDep
    ) -> None:
        """Revoke the access token that is sent along, and its refresh token."""
        await resources.auth.tokens.revoke(request.auth)

    @get("/me", middleware=[CallerMiddleware], guards=[Requires()], responses=problems(503))
    async def read_me(self, request: Request[Principal, Any, Any]) -> Me:
        """Say who is asking."""
        return Me.of(request.user)
