"""What the database says of rows that it refuses."""

from django.db import IntegrityError
from pymysql.constants.ER import DUP_ENTRY  # type: ignore[import-untyped]


def unique_violation(error: IntegrityError) -> bool:
    """Whether a value that only one row may have was in another row."""
    return bool(error.args[0] == DUP_ENTRY)
