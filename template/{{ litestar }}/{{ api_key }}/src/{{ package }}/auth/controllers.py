"""An endpoint to ask who one is."""

from typing import Any

from litestar import Controller, Request, get
from litestar.datastructures import CacheControlHeader

from ..core.openapi import problems
from .caller import CallerMiddleware
from .guards import Requires
from .permissions import Principal
from .schemas import Me


class AuthController(Controller):
    """What the holder of a key can ask."""

    path = "/auth"
    tags = ("auth",)
    cache_control = CacheControlHeader(no_store=True)

    @get("/me", middleware=[CallerMiddleware], guards=[Requires()], responses=problems(503))
    async def read_me(self, request: Request[Principal, Any, Any]) -> Me:
        """Say who is asking."""
        return Me.of(request.user)
