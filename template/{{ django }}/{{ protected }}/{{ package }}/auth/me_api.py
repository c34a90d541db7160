"""The endpoint to ask who one is."""

from typing import Self

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from ..core.openapi import problems
from ..core.responses import respond_with
from .authentication import requires
from .permissions import Principal
from .requirement import caller_of

router = Router(tags=["auth"])

# Caches on the way keep nothing that is about one caller.
NO_STORE = {"Cache-Control": "no-store"}


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """Show somebody."""
        return cls(subject=principal.subject, permissions=sorted(principal.permissions))


@router.get("/me", response={200: Me} | problems(401, 503), auth=requires())
def read_me(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    return respond_with(Me.of(caller_of(request)), headers=NO_STORE)
