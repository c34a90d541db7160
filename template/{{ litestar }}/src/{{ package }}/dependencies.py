"""Dependencies that every handler may ask for by name."""

from collections.abc import AsyncIterator

from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import SkipValidation
from sqlalchemy.ext.asyncio import AsyncSession

from .resources import Resources


async def provide_resources(state: State) -> Resources:
    """Provide what the application has set up for all requests."""
    resources: Resources = state.resources
    return resources


# Litestar would check a dataclass, and everything in it, at each request.
ResourcesDep = NamedDependency[SkipValidation[Resources]]
SessionDep = NamedDependency[SkipValidation[AsyncSession]]


async def provide_session(resources: ResourcesDep) -> AsyncIterator[AsyncSession]:
    """Provide a session to read with."""
    async with resources.database.session() as session:
        yield session


async def provide_transaction(resources: ResourcesDep) -> AsyncIterator[AsyncSession]:
    """Provide a session to write with: committed when the handler returns, before the answer."""
    async with resources.database.transaction() as session:
        yield session


DEPENDENCIES = {
    "resources": Provide(provide_resources),
    "session": Provide(provide_session),
    "transaction": Provide(provide_transaction),
}
