"""The endpoint to ask who one is."""

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from ..core.openapi import problems
from ..core.responses import respond_with
from .authentication import requires
from .requirement import caller_of

router = Router(tags=["auth"])

NO_STORE = {"Cache-Control": "no-store"}


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]


@router.get("/me", response={200: Me} | problems(401, 503), auth=requires())
def read_me(request: HttpRequest) -> HttpResponse:
    """Say who is asking."""
    caller = caller_of(request)
    me = Me(subject=caller.subject, permissions=sorted(caller.permissions))
    return respond_with(me, headers=NO_STORE)
