"""Views that are not there while a feature flag is off."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import current_app

from .errors import NotFoundError

P = ParamSpec("P")
R = TypeVar("R")


def behind_flag(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer with 404 while the flag is off, whatever else is wrong with a request.

    To stand below the route and above all else.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def gated(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_app.extensions["flags"].enabled(name):
                msg = "This feature is switched off."
                raise NotFoundError(msg)
            return view(*args, **kwargs)

        return gated

    return decorate
