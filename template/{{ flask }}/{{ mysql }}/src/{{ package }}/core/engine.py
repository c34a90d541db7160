"""The connection pool, set up for MySQL and MariaDB."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text

FOR_WRITING: dict[str, Any] = {}  # MySQL makes no difference

MIGRATION_OPTIONS: dict[str, Any] = {}
MIGRATION_TIMEOUT = 60
MIGRATION_LOCK = "migrations"
MIGRATION_WAIT = 60
# With MySQL's own default a transaction that tries again sees old rows.
ISOLATION = "READ COMMITTED"
# Text compares as it is: MySQL's default would not tell case and accents apart.
COLLATION = "utf8mb4_bin"


def engine_options(url: str, *, timeout: float) -> dict[str, Any]:
    """Describe the pool; ``timeout``, in seconds, bounds connecting and waiting for a connection.

    It bounds each statement too. Connections that broke while idle are replaced before use: when
    the server is silent, finding that out and connecting anew each take a second more than that.
    """
    return {
        "url": url,
        "connect_args": _connect_args(timeout, limit_statements=True),
        "isolation_level": ISOLATION,
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": timeout,
        "hide_parameters": True,  # errors are logged
    }


def migration_engine(url: str) -> Engine:
    """Make an engine for migrations.

    Its statements take as long as they need: cut off half-way, a change of the schema could not be
    taken back.
    """
    options = _connect_args(MIGRATION_TIMEOUT, limit_statements=False)
    return create_engine(url, connect_args=options, isolation_level=ISOLATION, poolclass=NullPool)


@contextmanager
def migration_lock(engine: Engine) -> Iterator[None]:
    """Keep others from migrating while the block runs, by a connection of its own.

    New tables compare text exactly. Raises ``TimeoutError`` when others take longer than a minute.
    """
    query = text("SELECT GET_LOCK(CONCAT(DATABASE(), :lock), :wait)")
    with engine.connect() as connection:
        if connection.scalar(query, {"lock": MIGRATION_LOCK, "wait": MIGRATION_WAIT}) != 1:
            msg = "somebody else has been migrating it for more than a minute"
            raise TimeoutError(msg)
        if connection.scalar(text("SELECT @@collation_database")) != COLLATION:
            connection.execute(text(f"ALTER DATABASE CHARACTER SET utf8mb4 COLLATE {COLLATION}"))
        yield


def configure(engine: Engine) -> None:
    """Leave the engine as its options made it."""
    del engine


def _connect_args(timeout: float, *, limit_statements: bool) -> dict[str, Any]:
    seconds = math.ceil(timeout)
    limits = (
        f" /*M!100100 , max_statement_time = {timeout} */"
        f" /*!80000 , max_execution_time = {int(timeout * 1000)} */"
    )
    # In strict mode what does not fit is refused and not cut. The second limit on locks is that of
    # changes to the schema, by default a day. Each server reads its own comment.
    session = (
        "SET SESSION sql_mode = 'TRADITIONAL', time_zone = '+00:00',"
        f" innodb_lock_wait_timeout = {seconds}, lock_wait_timeout = {seconds}"
    )
    return {
        "charset": "utf8mb4",
        "connect_timeout": seconds,
        # A server that does not answer any more.
        "read_timeout": seconds + 1 if limit_statements else None,
        "write_timeout": seconds + 1 if limit_statements else None,
        "init_command": session + limits if limit_statements else session,
    }
