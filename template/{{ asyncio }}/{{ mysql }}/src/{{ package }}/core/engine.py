"""The connection pool, set up for MySQL and MariaDB."""

import logging
import math
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

MIGRATION_OPTIONS: dict[str, Any] = {}
MIGRATION_LOCK = "migrations"
MIGRATION_WAIT = 60
# Text compares as it is: MySQL's default would not tell case and accents apart.
COLLATION = "utf8mb4_bin"

# The driver logs each remark of the server, such as that a primary key needs no name; what matters
# is an error in strict mode.
logging.getLogger("asyncmy").setLevel(logging.ERROR)


def create_engine(url: str, *, timeout: float, limit_statements: bool = True) -> AsyncEngine:
    """Make the pool; ``timeout``, in seconds, bounds connecting and waiting for a connection.

    It bounds each statement too, unless ``limit_statements`` is false: cut off half-way, a change
    of the schema could not be taken back. Connections that broke while idle are replaced before
    use.
    """
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
    return create_async_engine(
        url,
        connect_args={
            "charset": "utf8mb4",
            "connect_timeout": seconds,
            # A server that does not answer any more.
            "read_timeout": seconds + 1 if limit_statements else None,
            "init_command": session + limits if limit_statements else session,
        },
        # With MySQL's own default a transaction that tries again sees old rows.
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=10,
        max_overflow=10,
        pool_timeout=timeout,
        hide_parameters=True,  # errors are logged
    )


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """Return the engine for transactions that write: MySQL makes no difference."""
    return engine


async def lock_for_migrations(connection: AsyncConnection) -> None:
    """Keep others from migrating until the connection is closed; new tables compare text exactly.

    Raises ``TimeoutError`` when others take longer than a minute.
    """
    await connection.execution_options(isolation_level="AUTOCOMMIT")
    query = text("SELECT GET_LOCK(CONCAT(DATABASE(), :lock), :wait)")
    if await connection.scalar(query, {"lock": MIGRATION_LOCK, "wait": MIGRATION_WAIT}) != 1:
        msg = "somebody else has been migrating it for more than a minute"
        raise TimeoutError(msg)
    if await connection.scalar(text("SELECT @@collation_database")) != COLLATION:
        await connection.execute(text(f"ALTER DATABASE CHARACTER SET utf8mb4 COLLATE {COLLATION}"))
