"""The database as a component, and what its failures mean to callers.

Querysets and managers are where queries are written; Django opens and closes the connections.
"""

from django.db import InterfaceError, OperationalError, close_old_connections, connection

UNAVAILABLE: tuple[type[Exception], ...] = (OperationalError, InterfaceError)
"""What Django raises while the database is down, slow or locked, and at times for a statement that
is wrong: see core/outages.py."""


def release_connection() -> None:
    """Give the connection back, as at the end of a request, before a wait for something else.

    Others may need it meanwhile. Within a transaction it is kept.
    """
    if not connection.in_atomic_block:
        close_old_connections()


class Database:
    """Component that is healthy while the database answers."""

    name = "database"

    def start(self) -> None:
        """Connect when first needed: the service recovers by itself from a late database."""

    def stop(self) -> None:
        """The pool, or the threads that keep connections, end with the process."""

    def check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
