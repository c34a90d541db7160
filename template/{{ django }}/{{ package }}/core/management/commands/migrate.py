"""Django's ``migrate``, safe to run from several machines at once."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connection

from config.database import migration_lock


class Command(migrate.Command):
    """Applies the migrations while no other process does."""

    def execute(self, *args: Any, **options: Any) -> str | None:  # noqa: ANN401 - as Django has it
        try:
            with migration_lock(connection):
                return super().execute(*args, **options)
        except OperationalError as error:
            msg = f"The database cannot be migrated: {error}"
            raise CommandError(msg.strip()) from error
