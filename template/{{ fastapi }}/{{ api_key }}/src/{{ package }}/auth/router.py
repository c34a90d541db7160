"""An endpoint to ask who one is."""

from fastapi import APIRouter

from ..core.openapi import problems
from .dependencies import NO_STORE, PrincipalDep
from .schemas import Me

router = APIRouter(
    prefix="/auth", tags=["auth"], dependencies=[NO_STORE], responses=problems(401, 503)
)


@router.get("/me")
async def read_me(principal: PrincipalDep) -> Me:
    """Say who is asking."""
    return Me.of(principal)
