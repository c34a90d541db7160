"""The connection pool, set up for PostgreSQL."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

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
    }


def migration_engine(url: str) -> Engine:
    """Make an engine for migrations, whose statements take as long as they need."""
    options = _connect_args(MIGRATION_TIMEOUT, limit_statements=False)
    return create_engine(url, connect_args=options, poolclass=NullPool)


@contextmanager
def migration_lock(engine: Engine) -> Iterator[None]:
    """Keep others from migrating while the block runs, by a connection of its own."""
    with engine.connect() as connection:
        query = text("SELECT pg_advisory_xact_lock(:key)")
        connection.execute(query, {"key": MIGRATION_LOCK})
        yield


def configure(engine: Engine) -> None:
    """Leave the engine as its options made it."""
    del engine


def is_outage(error: DBAPIError) -> bool:
    """Whether the database is down, slow or locked: the driver calls nothing else operational."""
    del error
    return True


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
