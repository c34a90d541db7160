import pytest
from django.db import close_old_connections, connection, connections

pytestmark = pytest.mark.django_db(transaction=True)


def connection_id() -> int:
    """The server's name for this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CONNECTION_ID()")
        return int(cursor.fetchone()[0])


def test_a_thread_keeps_its_connection() -> None:
    first = connection_id()
    close_old_connections()  # as before and after each request
    assert connection_id() == first


def test_a_connection_that_broke_while_idle_is_replaced() -> None:
    first = connection_id()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute(f"KILL {first}")
    other.close()
    close_old_connections()
    assert connection_id() != first
