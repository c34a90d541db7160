"""Protection against requests that other sites make a browser send (CSRF).

A browser adds the session cookie to whatever request a page makes it send. So a request that
changes something must also show a token that only pages of this service can have read, and must
not come from elsewhere by the browser's own word (OWASP Cross-Site Request Forgery Prevention).
"""

import hmac
from collections.abc import Mapping

from .errors import ForbiddenError

HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110, section 9.2.1
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class CsrfProtection:
    """Gives each session cookie its token, and tells forged requests from others."""

    def __init__(self, key: str, *, cookie: str) -> None:
        """``cookie`` is the name of the session cookie; whoever knows ``key`` can make tokens."""
        self.cookie = cookie
        self._key = hmac.digest(key.encode(), b"csrf", "sha256")

    def token(self, session: str) -> str:
        """Return the token that goes with the value of a session cookie, and with no other."""
        return hmac.digest(self._key, session.encode(), "sha256").hex()

    def check(self, method: str, headers: Mapping[str, str], session: str | None) -> None:
        """Raise ``ForbiddenError`` for a request that may be forged.

        ``headers`` must not care for case; ``session`` is the value of the session cookie. Safe
        methods (RFC 9110, section 9.2.1) change nothing and are let through.
        """
        if method in SAFE_METHODS:
            return
        if headers.get("sec-fetch-site") == "cross-site":
            msg = "Other sites cannot make this request."
            raise ForbiddenError(msg)
        origin = headers.get("origin")
        if origin is not None and not is_at(origin.lower(), headers.get("host", "").lower()):
            msg = "Pages of that origin cannot make this request."
            raise ForbiddenError(msg)
        given = headers.get(HEADER, "").encode()
        if session is None or not hmac.compare_digest(self.token(session).encode(), given):
            msg = f"This needs the token from GET /auth/csrf in {HEADER}."
            raise ForbiddenError(msg)


def is_at(origin: str, host: str) -> bool:
    """Whether a page of ``origin`` (RFC 6454, section 7) was served by ``host``.

    The scheme says nothing: a proxy in front may speak HTTPS while this service does not.
    """
    scheme, _, place = origin.partition("://")
    port = DEFAULT_PORTS.get(scheme)
    return port is not None and place.removesuffix(port) == host.removesuffix(port)
