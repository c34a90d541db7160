"""The connection pool, set up for PostgreSQL."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text

FOR_WRITING: dict[str, Any] = {}  # PostgreSQL makes no difference

MIGRATION_OPTIONS: dict[str, Any] = {}
MIGRATION_TIMEOUT = 60
MIGRATION_LOCK = 7_203_115  # any number that nothing else in the database uses


def engine_options(url: str, *, timeout: float) -> dict[str, Any]:
    """Describe the pool; ``timeout``, in seconds, bounds connecting and waiting for a connection.

    It bounds each statement too. Connections that broke while idle are replaced before use.
    """
    return {
        "url": url,
        "connect_args": _connect_args(timeout, limit_statements=True),
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": timeout,
        "hide_parameters": True,  # errors are logged
    }


def migration_engine(url: str) -> Engine:
    """Make an engine for migrations, whose statements take as long as they need."""
    options = _connect_args(MIGRATION_TIMEOUT, limit_statements=False)
    return create_engine(url, connect_args=options, poolclass=NullPool)


@contextmanager
def migration_lock(engine: Engine) -> Iterator[None]:
    """Keep others from migrating while the block runs, by a connection of its own.

    Neither the lock nor waiting for it is a transaction: one that is open keeps indexes from being
    made concurrently, for ever.
    """
    query = text("SELECT pg_try_advisory_lock(:key)")
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        while not connection.scalar(query, {"key": MIGRATION_LOCK}):
            time.sleep(0.5)
        yield


def configure(engine: Engine) -> None:
    """Leave the engine as its options made it."""
    del engine


def _connect_args(timeout: float, *, limit_statements: bool) -> dict[str, Any]:
    milliseconds = int(timeout * 1000)
    options = {
        "TimeZone": "UTC",
        "statement_timeout": milliseconds if limit_statements else 0,
        "idle_in_transaction_session_timeout": milliseconds * 6 if limit_statements else 0,
    }
    return {
        "connect_timeout": math.ceil(timeout),
        "tcp_user_timeout": milliseconds,  # a server that vanished without a word
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
    }
