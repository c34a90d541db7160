"""Cookies that only this service sees (RFC 6265, and its successor's ``SameSite``)."""

import secrets


def new_secret() -> str:
    """Return 256 random bits as a value that a cookie can have."""
    return secrets.token_urlsafe(32)


class Cookie:
    """A cookie that scripts cannot read and that browsers do not add to other sites' forms.

    With ``secure`` browsers send it over HTTPS only, and its name begins with ``__Host-``: then
    they take it from nobody but this very host.
    """

    def __init__(self, name: str, *, max_age: int, secure: bool) -> None:
        """Browsers keep it for ``max_age`` seconds."""
        self.name = f"__Host-{name}" if secure else name
        self._max_age = max_age
        self._attributes = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    def give(self, value: str) -> str:
        """Return the ``Set-Cookie`` that gives the browser a value of letters, digits, ``-_.``."""
        return f"{self.name}={value}; Max-Age={self._max_age}; {self._attributes}"

    def take_back(self) -> str:
        """Return the ``Set-Cookie`` that makes the browser forget the cookie."""
        return f"{self.name}=; Max-Age=0; {self._attributes}"
