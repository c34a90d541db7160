"""How MySQL and MariaDB are set up."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql  # type: ignore[import-untyped]
from django.db import IntegrityError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from pymysql.constants.ER import DUP_ENTRY  # type: ignore[import-untyped]

# Django knows the driver by the name of another one that has the same interface.
pymysql.install_as_MySQLdb()

LOCK_SECONDS = 3600


def options(timeout: float) -> dict[str, Any]:
    """Return what a database needs beside its address.

    ``timeout`` bounds connecting and each answer of the server, in seconds. Connections that broke
    while idle are replaced before use.
    """
    seconds = math.ceil(timeout)
    return {
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            "connect_timeout": seconds,
            "read_timeout": seconds,
            "write_timeout": seconds,
            "init_command": f"SET innodb_lock_wait_timeout = {seconds}",
        },
    }


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep others from migrating this database while the block runs.

    It may take as long as it needs: the limits on answers are for requests.
    """
    usual = connection.settings_dict
    unlimited = {"read_timeout": None, "write_timeout": None}
    connection.close()
    connection.settings_dict = usual | {"OPTIONS": usual["OPTIONS"] | unlimited}
    name = f"migrations-{usual['NAME']}"[:64]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(%s, %s)", [name, LOCK_SECONDS])
            if cursor.fetchone() != (1,):
                msg = "another process has been migrating it for too long"
                raise OperationalError(msg)
        yield
    finally:
        connection.close()  # the lock ends with it
        connection.settings_dict = usual


def unique_violation(error: IntegrityError) -> bool:
    """Whether a value that only one row may have was in another row."""
    return bool(error.args[0] == DUP_ENTRY)
