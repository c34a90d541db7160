"""Dependencies that all routers share."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from .core.errors import UnsupportedMediaTypeError
from .resources import Resources

# These functions are ``async`` although most await nothing: FastAPI runs others in a thread.


async def get_resources(request: Request) -> Resources:
    """Return what the application has set up for all requests."""
    resources: Resources = request.app.state.resources
    return resources


ResourcesDep = Annotated[Resources, Depends(get_resources)]


async def get_session(resources: ResourcesDep) -> AsyncIterator[AsyncSession]:
    """Provide a session to read with."""
    async with resources.database.session() as session:
        yield session


async def get_transaction(resources: ResourcesDep) -> AsyncIterator[AsyncSession]:
    """Provide a session to write with: committed when the endpoint returns."""
    async with resources.database.transaction() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]
# FastAPI's default scope would commit after the caller has been told that all is well.
TransactionDep = Annotated[AsyncSession, Depends(get_transaction, scope="function")]


class MediaType:
    """Dependency that refuses a body of other media types than ``accepted``.

    FastAPI by itself would say of such a body that its fields are missing.
    """

    def __init__(self, *accepted: str) -> None:
        self._accepted = accepted

    async def __call__(self, request: Request) -> None:
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given not in self._accepted:
            msg = f"The request body must be {' or '.join(self._accepted)}."
            raise UnsupportedMediaTypeError(msg)


JSON_BODY = Depends(MediaType("application/json"))
"""For the ``dependencies`` of endpoints that take a JSON body."""
