"""How MySQL and MariaDB are set up."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql  # type: ignore[import-untyped]
from django.db.backends.base.base import BaseDatabaseWrapper

# Django knows the driver by the name of another one that has the same interface.
pymysql.install_as_MySQLdb()

LOCK_SECONDS = 60


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
    """Keep others from migrating this database while the block runs."""
    name = f"migrations-{connection.settings_dict['NAME']}"[:64]
    with connection.cursor() as cursor:
        for _ in range(LOCK_SECONDS):  # each wait is shorter than an answer may take
            cursor.execute("SELECT GET_LOCK(%s, 1)", [name])
            if cursor.fetchone() == (1,):
                break
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT RELEASE_LOCK(%s)", [name])
