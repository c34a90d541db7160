"""Feature flags, for clients that adapt to them."""

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from ..auth.authentication import identify
from .flags import flags
from .openapi import problems
from .responses import respond_with

router = Router(tags=["flags"])


class Flags(BaseModel):
    """Every declared flag."""

    flags: dict[str, bool]


@router.get("/flags", response={200: Flags} | problems(401, 503), auth=None)
def read_flags(request: HttpRequest) -> HttpResponse:
    """Say which features are on, for whoever asks."""
    caller = identify(request)
    return respond_with(Flags(flags=flags.all(subject=caller.subject if caller else None)))
