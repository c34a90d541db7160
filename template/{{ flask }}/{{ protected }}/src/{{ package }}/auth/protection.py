"""What all schemes of ``@bp.auth_required`` have in common."""

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from flask import Response, g

from ..core.errors import ForbiddenError, UnauthorizedError
from .permissions import Principal


class PermissionRoles:
    """The roles that views ask for are permissions, and who lacks them is told which.

    Comes before the class of a scheme.
    """

    def authorize(
        self, roles: Sequence[str | Sequence[str]] | None, caller: Principal, auth: object
    ) -> bool:
        """Let the caller pass. Raises ``ForbiddenError``."""
        # Flask-HTTPAuth, which decides and has no types, would tell the error handler only 403.
        if super().authorize(roles, caller, auth):  # type: ignore[misc]
            return True
        choices = (role if isinstance(role, str) else " and ".join(role) for role in roles or ())
        msg = f"This needs the permission {' or '.join(choices)}."
        raise ForbiddenError(msg)


def set_up(
    auth: Any,  # noqa: ANN401 - Flask-HTTPAuth has no types
    get_caller: Callable[[], Principal | None],
    *,
    unknown: str,
    challenge: str,
) -> None:
    """Let ``auth`` take its caller from ``get_caller``, and refuse strangers by our own error.

    ``unknown`` is what somebody hears who does not say who is asking, and ``challenge`` the value
    of ``WWW-Authenticate``.
    """

    def refuse(_status: int) -> NoReturn:
        raise UnauthorizedError(unknown, challenge=challenge)

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
