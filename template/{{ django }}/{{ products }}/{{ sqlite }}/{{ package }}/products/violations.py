"""What the database says of rows that it refuses."""

import sqlite3

from django.db import IntegrityError


def unique_violation(error: IntegrityError) -> bool:
    """Whether a value that only one row may have was in another row."""
    cause = error.__cause__
    return (
        isinstance(cause, sqlite3.IntegrityError)
        and cause.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE
    )
