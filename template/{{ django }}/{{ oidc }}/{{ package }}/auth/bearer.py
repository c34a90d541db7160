"""Requests that carry a bearer token (RFC 6750): known by it alone, whatever cookies they have."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseForbidden

from .middleware import ApiCsrfMiddleware


def bearer_token(request: HttpRequest) -> str | None:
    """Return the token of a request, empty if it is missing; ``None`` for another request."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class CookieCsrfMiddleware(ApiCsrfMiddleware):
    """Protects requests that are known by their cookie.

    No other site can make a browser send a bearer token: such requests are not forged.
    """

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., Any] | None,
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        if bearer_token(request) is not None:
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)
