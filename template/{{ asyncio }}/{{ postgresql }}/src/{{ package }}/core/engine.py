"""The connection pool, set up for PostgreSQL."""

import math
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

MIGRATION_OPTIONS: dict[str, Any] = {}
MIGRATION_LOCK = 7_203_115  # any number that nothing else in the database uses


def create_engine(url: str, *, timeout: float) -> AsyncEngine:
    """Make the pool; ``timeout`` bounds connecting, a statement and waiting for a connection.

    It is in seconds. Connections that broke while idle are replaced before use.
    """
    milliseconds = int(timeout * 1000)
    options = {
        "TimeZone": "UTC",
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": milliseconds * 6,
    }
    return create_async_engine(
        url,
        connect_args={
            "connect_timeout": math.ceil(timeout),
            "tcp_user_timeout": milliseconds,  # a server that vanished without a word
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        pool_timeout=timeout,
    )


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """Return the engine for transactions that write: PostgreSQL makes no difference."""
    return engine


async def lock_for_migrations(connection: AsyncConnection) -> None:
    """Keep others from migrating until the transaction ends."""
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
