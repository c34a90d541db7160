"""The connection pool, set up for SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

# Transactions with this option take the lock when they begin: one that reads first, and then finds
# that another has written meanwhile, could only be rolled back
# (https://sqlite.org/lang_transaction.html).
FOR_WRITING = {"writes": True}

# SQLite cannot alter most things in place, and takes changes of the schema back when told to.
MIGRATION_OPTIONS: dict[str, Any] = {"render_as_batch": True, "transactional_ddl": True}
MIGRATION_TIMEOUT = 60


def engine_options(url: str, *, timeout: float) -> dict[str, Any]:
    """Describe the pool; a lock, or a free connection, is waited for ``timeout`` seconds."""
    address = make_url(url)
    # Else the extension would look for the file in Flask's instance folder.
    file = str(Path(address.database or "").absolute())
    return {
        "url": address.set(database=file),
        "connect_args": _connect_args(timeout),
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": timeout,
        "hide_parameters": True,  # errors are logged
    }


def migration_engine(url: str) -> Engine:
    """Make an engine for migrations, whose every transaction writes."""
    engine = create_engine(url, connect_args=_connect_args(MIGRATION_TIMEOUT), poolclass=NullPool)
    configure(engine)
    return engine.execution_options(**FOR_WRITING)


@contextmanager
def migration_lock(engine: Engine) -> Iterator[None]:
    """Keep others from migrating at the same time: a transaction for writing does that."""
    del engine
    yield


def configure(engine: Engine) -> None:
    """Prepare each new connection, and begin transactions as they need it."""

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")  # readers go on while somebody writes
        cursor.execute("PRAGMA synchronous = FULL")  # what is committed survives a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own transactions are off: it would begin them too late.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _connect_args(timeout: float) -> dict[str, Any]:
    return {"timeout": timeout, "isolation_level": None}
