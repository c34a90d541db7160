"""Every unsafe request passes Django's protection against forged requests (CSRF)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware


class ApiCsrfMiddleware(CsrfViewMiddleware):
    """Protects the API, which ninja exempts from Django's own middleware."""

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., Any] | None,
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        del callback
        match = request.resolver_match
        if match is None or match.app_name != "ninja":
            return None  # Django's own has seen to it
        if request.content_type == "multipart/form-data":
            _ = request.body  # kept: looking for a token in it would leave nothing to read
        return super().process_view(request, _not_exempt, callback_args, callback_kwargs)

    def _check_referer(self, request: HttpRequest) -> None:
        # Callers that are no browsers send neither this nor an Origin; the token they do send.
        if "Referer" in request.headers:
            super()._check_referer(request)  # type: ignore[misc] # the stubs lack it


def _not_exempt() -> HttpResponse:
    """Stand for the view, without its mark of exemption; nobody calls it."""
    return HttpResponse()
