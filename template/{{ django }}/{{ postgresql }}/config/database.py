"""How PostgreSQL is set up."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

T = TypeVar("T")

POOL_SIZE = 16
SILENCE = 10.0  # how long an answer is waited for, in seconds
MIGRATION_LOCK = 7_203_115  # any number that nothing else in the database uses


class BoundedConnection(psycopg.Connection[Any]):
    """Gives up a server that hangs, which keeps to no limits of its own."""

    def wait(
        self,
        gen: Generator[Any, Any, T],
        interval: float = 0.1,
        timeout: float | None = None,
    ) -> T:
        try:
            return super().wait(gen, interval, timeout or SILENCE)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
                msg = "the server does not answer"
                raise psycopg.OperationalError(msg) from error
            raise


def options(timeout: float) -> dict[str, Any]:
    """Return what a database needs beside its address.

    ``timeout`` bounds connecting, waiting for a connection and a statement, in seconds. Connections
    that broke while idle are replaced before use.
    """
    milliseconds = int(timeout * 1000)
    limits = {
        "statement_timeout": milliseconds,
        "idle_in_transaction_session_timeout": milliseconds * 6,
    }
    return {
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {
                "min_size": 0,
                "max_size": POOL_SIZE,
                "timeout": timeout,
                "connection_class": BoundedConnection,
            },
            "connect_timeout": math.ceil(timeout),
            "tcp_user_timeout": milliseconds,  # a server that vanished without a word
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    }


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep others from migrating this database while the block runs."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
