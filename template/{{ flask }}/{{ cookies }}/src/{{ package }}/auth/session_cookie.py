"""The session cookie, as views and the OpenAPI document know it."""

from typing import Any

from apiflask import APIKeyCookieAuth
from flask import request
from werkzeug.datastructures import Authorization

from ..extensions import authentication
from .protection import PermissionRoles


def get_secret() -> str | None:
    """Return the value of the session cookie, which may be anything, or ``None`` without one."""
    return request.cookies.get(authentication.cookie.name)


class SessionAuth(PermissionRoles, APIKeyCookieAuth):
    """A scheme whose cookie has the name that the settings give it."""

    def __init__(self) -> None:
        super().__init__(
            security_scheme_name="session", description="The cookie that signing in sets"
        )

    def get_security_scheme(self) -> dict[str, Any]:
        return {**super().get_security_scheme(), "name": authentication.cookie.name}

    def get_auth(self) -> Authorization:
        """Return what the request has in the place of a token."""
        return Authorization("apiKey", token=get_secret() or "")

    def is_compatible_auth(self, headers: object) -> bool:
        """Whether a request has the cookie."""
        del headers
        return get_secret() is not None
