"""The session cookie, as requests bring it and answers give it."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from ..dependencies import provide_resources


class SentCookie(Cookie):
    """A cookie of which the service has written the ``Set-Cookie`` itself."""

    def __init__(self, header: str) -> None:
        super().__init__(key=header.partition("=")[0])
        self._header = header

    def to_header(self, **_options: Any) -> str:  # noqa: ANN401 - as the method it overrides
        return self._header


async def get_secret(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the value of the session cookie, which may be anything, or ``None`` without one."""
    resources = await provide_resources(connection.app.state)
    return connection.cookies.get(resources.auth.cookie.name)
