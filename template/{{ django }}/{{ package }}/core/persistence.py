"""The database as a component, and what its failures mean to callers.

Querysets and managers are where queries are written; Django opens and closes the connections.
"""

from django.db import InterfaceError, OperationalError, connection

UNAVAILABLE: tuple[type[Exception], ...] = (OperationalError, InterfaceError)
"""What Django raises while the database is down, slow or locked."""


class Database:
    """Component that is healthy while the database answers."""

    name = "database"

    def start(self) -> None:
        """Connect when first needed: the service recovers by itself from a late database."""

    def stop(self) -> None:
        """Connections end with the requests that opened them."""

    def check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
