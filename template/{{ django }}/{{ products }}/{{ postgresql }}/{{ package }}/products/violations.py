"""What the database says of rows that it refuses."""

from django.db import IntegrityError
from psycopg.errors import UniqueViolation


def unique_violation(error: IntegrityError) -> bool:
    """Whether a value that only one row may have was in another row."""
    return isinstance(error.__cause__, UniqueViolation)
