import pytest
from django.db import close_old_connections, connection, connections


def connection_id() -> int:
    """The server's name for this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_while_idle_is_replaced() -> None:
    connection.close()
    # Of a new pool it is the first one to be given out again.
    connection.close_pool()  # type: ignore[attr-defined] # of PostgreSQL's alone
    first = connection_id()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [first])
    close_old_connections()  # as before and after each request
    other.close()
    assert connection_id() != first
