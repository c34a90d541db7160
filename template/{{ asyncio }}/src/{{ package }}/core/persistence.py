"""The database as a component: sessions to read with, transactions to write in."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from .engine import create_engine, for_writing


class Database:
    """Component that owns the connection pool."""

    name = "database"

    def __init__(self, url: str, *, timeout: float = 5) -> None:
        """``timeout``, in seconds, bounds connecting, and what ``create_engine`` says."""
        self.engine = create_engine(url, timeout=timeout)
        self._read = async_sessionmaker(self.engine, expire_on_commit=False)
        self._write = async_sessionmaker(for_writing(self.engine), expire_on_commit=False)

    async def start(self) -> None:
        """Connect when first needed: the service recovers by itself from a late database."""

    async def stop(self) -> None:
        await self.engine.dispose()

    async def check(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session to read with; what it changes is rolled back."""
        async with self._read() as session:
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session to write with: committed when the block ends, rolled back when it raises.

        A caller who goes away while the commit is under way does not interrupt it, and learns of
        the cancellation when it is done.
        """
        async with self._write() as session:
            try:
                yield session
            except BaseException:
                await session.rollback()
                raise
            await _finish(session.commit())


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    # Not only shielded: a session that is still committing cannot be closed.
    task = asyncio.create_task(work)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation from task.exception()
    task.result()
