"""An endpoint to ask who one is."""

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from ..core.openapi import problems
from .dependencies import PrincipalDep


async def keep_out_of_caches(response: Response) -> None:
    """Tell caches on the way that the answer is for one caller only."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(
    prefix="/auth",
    tags=["auth"],
    dependencies=[Depends(keep_out_of_caches)],
    responses=problems(401, 503),
)


class Me(BaseModel):
    """Who is asking, and what they may do."""

    subject: str
    permissions: list[str]


@router.get("/me")
async def read_me(principal: PrincipalDep) -> Me:
    """Say who is asking."""
    return Me(subject=principal.subject, permissions=sorted(principal.permissions))
