from pathlib import Path

import pytest
from django.db import OperationalError, close_old_connections, connection

from config.database import migration_lock


@pytest.mark.django_db
@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2)])
def test_how_the_file_is_kept(pragma: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


@pytest.mark.django_db(transaction=True)
def test_a_thread_keeps_its_connection() -> None:
    connection.ensure_connection()
    first = connection.connection
    close_old_connections()  # as before and after each request
    assert connection.connection is first


def test_only_one_process_migrates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("config.database.LOCK_SECONDS", 0.01)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    with (
        migration_lock(connection),
        pytest.raises(OperationalError),
        migration_lock(connection),
    ):
        pass
    with migration_lock(connection):
        """It is free again."""
