"""What all schemes of ``@bp.auth_required`` have in common."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn

from flask import Response, g

from ..core.errors import ForbiddenError, UnauthorizedError
from .permissions import Principal


def set_up(
    auth: Any,  # noqa: ANN401 - Flask-HTTPAuth has no types
    get_caller: Callable[[], Principal | None],
    *,
    unknown: str,
    challenge: str,
) -> None:
    """Let ``auth`` take its caller from ``get_caller``, and refuse others by our own errors.

    ``unknown`` is what somebody hears who does not say who is asking, and ``challenge`` the value
    of ``WWW-Authenticate``. The roles that views ask for are permissions.
    """

    def refuse(status: int) -> NoReturn:
        if status == HTTPStatus.UNAUTHORIZED:
            raise UnauthorizedError(unknown, challenge=challenge)
        msg = "You lack the permission that this needs."
        raise ForbiddenError(msg)

    auth.verify_token(lambda _token: get_caller())
    auth.get_user_roles(lambda caller: list(caller.permissions))
    auth.error_handler(refuse)


def current_caller() -> Principal:
    """Return who is asking, in a view of ``@bp.auth_required``."""
    caller: Principal = g.flask_httpauth_user
    return caller


def forbid_storing(response: Response) -> Response:
    """Tell caches on the way to keep nothing of the answer: it is for one caller only."""
    response.headers["Cache-Control"] = "no-store"
    return response
