"""Operations that are not there while a feature flag is off."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.decorators import decorate_view

from .errors import NotFoundError
from .flags import flags
from .problems import respond_to

View = Callable[..., HttpResponse]


def behind_flag(name: str) -> Callable[[View], View]:
    """Answer with 404 while the flag is off, whatever else is wrong with a request."""

    def decorate(run: View) -> View:
        @wraps(run)
        def gated(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
            if not flags.enabled(name):
                return respond_to(request, NotFoundError("This feature is switched off."))
            return run(request, *args, **kwargs)

        return gated

    return decorate_view(decorate)
