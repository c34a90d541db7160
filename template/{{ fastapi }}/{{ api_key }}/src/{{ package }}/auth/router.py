"""An endpoint to ask who one is."""

from fastapi import APIRouter
from pydantic import BaseModel

from ..core.openapi import problems
from .dependencies import NO_STORE, PrincipalDep

router = APIRouter(
    prefix="/auth", tags=["auth"], dependencies=[NO_STORE], responses=problems(401, 503)
)


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]


@router.get("/me")
async def read_me(principal: PrincipalDep) -> Me:
    """Say who is asking."""
    return Me(subject=principal.subject, permissions=sorted(principal.permissions))
