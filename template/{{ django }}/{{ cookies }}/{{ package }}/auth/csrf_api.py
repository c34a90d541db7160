"""The token that requests which change something must show."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Router
from pydantic import BaseModel

from ..core.responses import respond_with
from .me_api import NO_STORE

router = Router(tags=["auth"])


class CsrfToken(BaseModel):
    """A token for the caller's browser, to be sent in ``X-CSRF-Token``."""

    csrf_token: str


@router.get("/csrf", response=CsrfToken, auth=None)
def read_csrf_token(request: HttpRequest) -> HttpResponse:
    """Return the token, and set the cookie that it goes with."""
    return respond_with(CsrfToken(csrf_token=get_token(request)), headers=NO_STORE)
