from collections.abc import Iterator
from threading import Timer

import pytest
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection, connections

from config.database import migration_lock, options

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


@pytest.fixture
def impatient() -> Iterator[None]:
    """Time limits that a test can pass, and that none has to keep to afterwards."""
    wrapper = connections["default"]
    usual = wrapper.settings_dict
    wrapper.close()
    wrapper.settings_dict = usual | options(1)
    yield
    wrapper.close()
    wrapper.settings_dict = usual


@pytest.mark.usefixtures("impatient")
def test_migrating_takes_as_long_as_it_takes() -> None:
    with migration_lock(connection), connection.cursor() as cursor:
        cursor.execute("SELECT SLEEP(1.5)")


@pytest.mark.usefixtures("impatient")
def test_migrating_waits_for_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 0)", [f"migrations-{other.settings_dict['NAME']}"])
    monkeypatch.setattr("config.database.LOCK_SECONDS", 1)
    with pytest.raises(CommandError, match="another process"):
        call_command("migrate", verbosity=0)
    monkeypatch.setattr("config.database.LOCK_SECONDS", 60)
    other.inc_thread_sharing()
    ended = Timer(1.5, other.close)
    ended.start()
    call_command("migrate", verbosity=0)
    assert ended.finished.is_set()
