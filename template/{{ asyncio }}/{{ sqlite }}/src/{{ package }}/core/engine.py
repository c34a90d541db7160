"""The connection pool, set up for SQLite."""

import sqlite3
from typing import Any, cast

from sqlalchemy import AdaptedConnection, Connection, Dialect, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

WRITES = "writes"

# SQLite cannot alter most things in place, and takes changes of the schema back when told to.
MIGRATION_OPTIONS: dict[str, Any] = {"render_as_batch": True, "transactional_ddl": True}


def create_engine(url: str, *, timeout: float, limit_statements: bool = True) -> AsyncEngine:
    """Make the pool; a lock, or a free connection, is waited for ``timeout`` seconds.

    How long a statement takes is not limited in SQLite, whatever ``limit_statements`` says.
    """
    del limit_statements
    engine = create_async_engine(
        url,
        connect_args={"timeout": timeout, "isolation_level": None},
        pool_timeout=timeout,
        hide_parameters=True,  # errors are logged
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def try_to_open(
        _dialect: Dialect,
        _entry: ConnectionPoolEntry,
        arguments: tuple[Any, ...],
        options: dict[str, Any],
    ) -> None:
        # What cannot be opened fails here: the driver's thread would outlive the failure, and
        # possibly the event loop that it reports to.
        sqlite3.connect(*arguments, **options).close()

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")  # readers go on while somebody writes
        cursor.execute("PRAGMA synchronous = FULL")  # what is committed survives a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own transactions are off: it would begin them too late.
        if connection.get_execution_options().get(WRITES, False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # This cannot fail, and takes one way to the driver's thread where a cursor takes three.
            driver = cast("AdaptedConnection", connection.connection.dbapi_connection)
            driver.run_async(lambda adapted: adapted.execute("BEGIN"))

    return engine


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """Return the engine for transactions that write: they take the lock when they begin.

    One that reads first, and then finds that another has written meanwhile, could only be rolled
    back (https://sqlite.org/lang_transaction.html).
    """
    return engine.execution_options(**{WRITES: True})


async def lock_for_migrations(connection: AsyncConnection) -> None:
    """Keep others from migrating at the same time: a transaction for writing does that."""
    del connection
