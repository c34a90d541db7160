"""Who may do what."""

from collections.abc import Iterable

from ..core.errors import ForbiddenError, UnauthorizedError
from .caller import CHALLENGE, UNKNOWN_CALLER
from .permissions import Principal


def authorize(caller: Principal | None, permissions: Iterable[str]) -> Principal:
    """Return who is asking, provided that they have all ``permissions``.

    Raises ``UnauthorizedError`` for somebody who does not say who they are, and ``ForbiddenError``
    for somebody who lacks a permission.
    """
    if caller is None:
        raise UnauthorizedError(UNKNOWN_CALLER, challenge=CHALLENGE)
    if missing := sorted(set(permissions) - caller.permissions):
        msg = f"This needs the permission {', '.join(missing)}."
        raise ForbiddenError(msg)
    return caller
