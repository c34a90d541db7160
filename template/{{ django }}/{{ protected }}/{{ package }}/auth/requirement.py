"""What an operation demands of its callers."""

from abc import abstractmethod
from typing import ClassVar, cast

from django.http import HttpRequest
from ninja.security.base import AuthBase

from ..core.errors import ForbiddenError, UnauthorizedError
from .permissions import Principal


class Requirement(AuthBase):
    """Lets in callers who are known and have every permission, for the ``auth`` of a router."""

    challenge: ClassVar[str]
    unknown: ClassVar[str] = "Sign in first."

    def __init__(self, *permissions: str) -> None:
        super().__init__()
        self._permissions = frozenset(permissions)

    def __call__(self, request: HttpRequest) -> Principal:
        caller = self.identify(request)
        if caller is None:
            raise UnauthorizedError(self.unknown, challenge=self.challenge)
        if missing := sorted(self._permissions - caller.permissions):
            msg = f"This needs the permission {', '.join(missing)}."
            raise ForbiddenError(msg)
        return caller

    @abstractmethod
    def identify(self, request: HttpRequest) -> Principal | None:
        """Return who is asking, or ``None`` for somebody who does not say."""


def caller_of(request: HttpRequest) -> Principal:
    """Return whom a ``Requirement`` has let in."""
    return cast("Principal", request.auth)  # type: ignore[attr-defined] # set by ninja
