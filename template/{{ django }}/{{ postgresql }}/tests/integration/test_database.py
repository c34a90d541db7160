import time
from collections.abc import Iterator
from contextlib import closing
from threading import Timer
from typing import Any, Self

import psycopg
import pytest
from django.core.management import call_command
from django.db import close_old_connections, connection, connections
from psycopg_pool import ConnectionPool, PoolTimeout

from config.database import MIGRATION_LOCK, bounded, migration_lock, options


def connection_id() -> int:
    """The server's name for this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def forget_pool() -> None:
    """Let the next connection begin a new pool."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # of PostgreSQL's alone


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_while_idle_is_replaced() -> None:
    forget_pool()  # of a new one it is the first to be given out again
    first = connection_id()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [first])
    close_old_connections()  # as before and after each request
    other.close()
    assert connection_id() != first


@pytest.fixture
def impatient(transactional_db: None) -> Iterator[None]:
    """Time limits that a test can pass, and that none has to keep to afterwards."""
    del transactional_db
    wrapper = connections["default"]
    usual = wrapper.settings_dict
    forget_pool()
    wrapper.settings_dict = usual | options(0.2)
    yield
    forget_pool()
    wrapper.settings_dict = usual


@pytest.mark.usefixtures("impatient")
def test_migrating_takes_as_long_as_it_takes() -> None:
    with migration_lock(connection), connection.cursor() as cursor:
        cursor.execute("BEGIN; SELECT pg_sleep(1.5)")
        time.sleep(1.5)
        cursor.execute("COMMIT")


@pytest.mark.usefixtures("impatient")
def test_migrating_waits_for_another_process() -> None:
    other = psycopg.connect(**connection.get_connection_params(), autocommit=True)
    other.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    ended = Timer(1.5, other.close)
    ended.start()
    call_command("migrate", verbosity=0)
    assert ended.finished.is_set()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("200ms",)


@pytest.mark.django_db
def test_a_server_that_does_not_answer_is_given_up() -> None:
    parameters = connection.get_connection_params()
    del parameters["options"]  # it keeps to no limits of its own
    with (
        closing(bounded(0.1).connect(**parameters)) as silent,
        pytest.raises(psycopg.OperationalError),
    ):
        silent.execute("SELECT pg_sleep(10)")


@pytest.mark.django_db
def test_after_an_outage_it_is_back_at_once() -> None:
    limits = options(0.3)["OPTIONS"]["pool"]

    class Unreliable(psycopg.Connection[Any]):
        """Connections to a server that is down for a while."""

        down = True

        @classmethod
        def connect(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
            if cls.down:
                raise psycopg.OperationalError
            return super().connect(*args, **kwargs)

    limits["connection_class"] = Unreliable
    with ConnectionPool(kwargs=connection.get_connection_params(), open=True, **limits) as pool:
        end = time.monotonic() + 1.3
        while time.monotonic() < end:
            with pytest.raises(PoolTimeout):
                pool.getconn()
        Unreliable.down = False
        pool.putconn(pool.getconn(timeout=1))
