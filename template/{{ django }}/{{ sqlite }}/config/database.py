"""How SQLite is set up."""

import hashlib
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_SECONDS = 60


def options(timeout: float) -> dict[str, Any]:
    """Return what a database needs beside its address; locks are waited for ``timeout`` seconds."""
    pragmas = (
        "journal_mode = WAL",  # readers go on while somebody writes
        "synchronous = FULL",  # what is committed survives a power cut
    )
    return {
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": timeout,
            # One that reads first, and then finds that another has written, could only fail.
            "transaction_mode": "IMMEDIATE",
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep others from migrating this file while the block runs.

    The lock is one on another file: migrations need connections of their own to this one.
    """
    digest = hashlib.sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()
    path = Path(tempfile.gettempdir()) / f"migrations-{digest}.db"
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as lock:
        with connection.wrap_database_errors:
            lock.execute("BEGIN EXCLUSIVE")
        yield


def unique_violation(error: IntegrityError) -> bool:
    """Whether a value that only one row may have was in another row."""
    cause = error.__cause__
    return isinstance(cause, sqlite3.IntegrityError) and cause.sqlite_errorcode in {
        sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    }
