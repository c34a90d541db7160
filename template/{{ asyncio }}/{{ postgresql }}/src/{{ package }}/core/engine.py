"""The connection pool, set up for PostgreSQL."""

import asyncio
import math
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

MIGRATION_OPTIONS: dict[str, Any] = {}
MIGRATION_LOCK = 7_203_115  # any number that nothing else in the database uses

T = TypeVar("T")


class BoundedConnection(psycopg.AsyncConnection[Any]):
    """Gives up a server that hangs, which keeps to no limits of its own."""

    limit: float | None = None

    async def wait(
        self,
        gen: Generator[Any, Any, T],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 - as the method it overrides
    ) -> T:
        try:
            return await super().wait(gen, interval, timeout or self.limit)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # it may answer yet, and nobody would expect that
            raise


def create_engine(url: str, *, timeout: float, limit_statements: bool = True) -> AsyncEngine:
    """Make the pool; ``timeout``, in seconds, bounds connecting and waiting for a connection.

    It bounds each statement too, and a transaction that does nothing to six times that, unless
    ``limit_statements`` is false. Connections that broke while idle are replaced before use.
    """
    milliseconds = int(timeout * 1000)
    options = {
        "TimeZone": "UTC",
        "statement_timeout": milliseconds if limit_statements else 0,
        "idle_in_transaction_session_timeout": milliseconds * 6 if limit_statements else 0,
    }
    set_here = " ".join(f"-c {name}={value}" for name, value in options.items())

    async def connect(*arguments: Any, **keywords: Any) -> BoundedConnection:  # noqa: ANN401 - the driver's
        connection = await BoundedConnection.connect(*arguments, **keywords)
        # The server's own limit comes first.
        connection.limit = timeout + 1 if limit_statements else None
        return connection

    return create_async_engine(
        url,
        connect_args={
            "async_creator_fn": connect,
            "connect_timeout": math.ceil(timeout),
            "tcp_user_timeout": milliseconds,  # a server that vanished without a word
            "options": f"{set_here} {make_url(url).query.get('options', '')}".rstrip(),
        },
        hide_parameters=True,  # errors are logged
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        pool_timeout=timeout,
    )


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """Return the engine for transactions that write: PostgreSQL makes no difference."""
    return engine


async def lock_for_migrations(connection: AsyncConnection) -> None:
    """Keep others from migrating until the connection is closed.

    Neither the lock nor waiting for it is a transaction: one that is open keeps indexes from being
    made concurrently, for ever.
    """
    await connection.execution_options(isolation_level="AUTOCOMMIT")
    query = text("SELECT pg_try_advisory_lock(:key)")
    while not await connection.scalar(query, {"key": MIGRATION_LOCK}):  # noqa: ASYNC110
        await asyncio.sleep(0.5)
