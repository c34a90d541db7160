"""Requests that carry a bearer token (RFC 6750): known by it alone, whatever cookies they have."""

from collections.abc import Mapping

from ..core.csrf import CsrfProtection


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """Return the token of a request, empty if it is missing; ``None`` for another request.

    ``headers`` must not care for case.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class CookieProtection(CsrfProtection):
    """Protects requests that are known by their cookie.

    No other site can make a browser send a bearer token: such requests are not forged.
    """

    def check(self, method: str, headers: Mapping[str, str], session: str | None) -> None:
        if bearer_token(headers) is None:
            super().check(method, headers, session)
