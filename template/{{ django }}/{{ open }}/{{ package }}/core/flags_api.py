"""Feature flags, for clients that adapt to them."""

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from .flags import flags
from .responses import respond_with

router = Router(tags=["flags"])


class Flags(BaseModel):
    """Every declared flag."""

    flags: dict[str, bool]


@router.get("/flags", response=Flags, auth=None)
def read_flags(request: HttpRequest) -> HttpResponse:
    """Say which features are on."""
    del request
    return respond_with(Flags(flags=flags.all()))
