"""Every unsafe request passes Django's protection against forged requests (CSRF)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware


class ApiCsrfMiddleware(CsrfViewMiddleware):
    """Protects the API too, which ninja exempts from Django's own middleware."""

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., Any] | None,
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        del callback
        return super().process_view(request, _not_exempt, callback_args, callback_kwargs)


def _not_exempt() -> HttpResponse:
    """Stand for the view, without its mark of exemption; nobody calls it."""
    return HttpResponse()
