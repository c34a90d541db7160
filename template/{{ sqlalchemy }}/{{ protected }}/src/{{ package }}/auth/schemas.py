"""Callers as they see themselves."""

from typing import Self

from pydantic import BaseModel

from .permissions import Principal


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Show somebody."""
        return cls(subject=principal.subject, permissions=sorted(principal.permissions))
