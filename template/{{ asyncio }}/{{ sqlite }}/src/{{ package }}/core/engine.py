"""The connection pool, set up for SQLite."""

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

WRITES = "writes"
"""Execution option of connections that are going to write."""


def create_engine(url: str, *, timeout: float) -> AsyncEngine:
    """Make the pool for ``url``; a lock held by somebody else is waited for ``timeout`` seconds.

    Write-ahead logging lets readers go on while somebody writes. Transactions that are going to
    write take the lock when they begin: one that reads first and then finds itself outrun by
    another writer could only be rolled back (https://sqlite.org/lang_transaction.html).
    """
    engine = create_async_engine(url, connect_args={"timeout": timeout, "isolation_level": None})

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own transactions are off: it would begin them too late.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
