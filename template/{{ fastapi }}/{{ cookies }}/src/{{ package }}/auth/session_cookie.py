"""The session cookie, as endpoints and the OpenAPI document know it."""

from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyCookie


async def get_secret(request: HTTPConnection) -> str | None:
    """Return the value of the session cookie, which may be anything, or ``None`` without one."""
    name: str = request.app.state.resources.auth.cookie.name
    return request.cookies.get(name)


SecretDep = Annotated[str | None, Depends(get_secret)]


class SessionCookie(APIKeyCookie):
    """Provides the same for endpoints that need a session, and documents that they do.

    In the document ``install_csrf`` puts the cookie's own name, which depends on the environment.
    """

    async def __call__(self, request: HTTPConnection) -> str | None:
        return await get_secret(request)


session_cookie = SessionCookie(
    name="session",
    scheme_name="session",
    description="The cookie that signing in sets",
    auto_error=False,
)
