"""How PostgreSQL is set up."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

import psycopg
from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")

POOL_SIZE = 16
MIGRATION_LOCK = 7_203_115  # any number that nothing else in the database uses


class BoundedConnection(psycopg.Connection[Any]):
    """Gives up a server that hangs, which keeps to no limits of its own."""

    silence: ClassVar[float]

    def wait(
        self,
        gen: Generator[Any, Any, T],
        interval: float = 0.1,
        timeout: float | None = None,
    ) -> T:
        return super().wait(gen, interval, timeout or self.silence)


def bounded(seconds: float) -> type[BoundedConnection]:
    """Return a kind of connection that waits ``seconds`` for an answer."""

    class Connection(BoundedConnection):
        silence = seconds

    return Connection


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
                # Trying again takes twice as long each time, until it has taken this long.
                "reconnect_timeout": timeout,
                # The server, if it lives, has given the statement up by then.
                "connection_class": bounded(timeout + 1),
            },
            "connect_timeout": math.ceil(timeout),
            "tcp_user_timeout": milliseconds,  # a server that vanished without a word
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    }


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep others from migrating this database while the block runs.

    It may take as long as it needs, and so may waiting for others: the limits are for requests.
    """
    usual = connection.settings_dict
    options = {name: value for name, value in usual["OPTIONS"].items() if name != "pool"}
    unlimited = "-c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
    options["options"] = f"{options.get('options', '')} {unlimited}"
    connection.close()
    connection.settings_dict = usual | {"OPTIONS": options}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        yield
    finally:
        connection.close()  # the lock ends with it
        connection.settings_dict = usual


def unique_violation(error: IntegrityError) -> bool:
    """Whether a value that only one row may have was in another row."""
    return isinstance(error.__cause__, psycopg.errors.UniqueViolation)
