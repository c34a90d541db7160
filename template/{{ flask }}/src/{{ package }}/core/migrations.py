"""``flask db upgrade``: the migrations, safe to run from several machines at once."""

import logging
from collections.abc import Callable
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.script import Script
from click import ClickException
from flask import Flask, current_app
from flask_alembic import Alembic
from sqlalchemy import MetaData
from sqlalchemy.exc import DBAPIError

from .engine import MIGRATION_OPTIONS, migration_engine, migration_lock
from .types import UtcDateTime

Revisions = str | Script | list[str] | list[Script] | tuple[str, ...] | tuple[Script, ...]

CONFIG: dict[str, Any] = {
    "script_location": "migrations",
    "version_locations": ["migrations/versions"],
    "file_template": "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s",
    "post_write_hooks": {
        "hooks": "lint, format",
        "lint.type": "module",
        "lint.module": "ruff",
        "lint.options": "check --fix REVISION_SCRIPT_FILENAME",
        "format.type": "module",
        "format.module": "ruff",
        "format.options": "format REVISION_SCRIPT_FILENAME",
    },
}


class Migrations(Alembic):
    """Flask-Alembic with an engine of its own, one process at a time."""

    def __init__(self, app: Flask, metadata: MetaData, url: str) -> None:
        app.config["ALEMBIC"] = dict(CONFIG)
        app.config["ALEMBIC_CONTEXT"] = {
            "compare_server_default": True,
            "render_item": _render_item,
            **MIGRATION_OPTIONS,
        }
        super().__init__(app, run_mkdir=False, metadatas=metadata, engines=migration_engine(url))
        for name in ("alembic", "sqlalchemy"):  # the extension would let them print
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).setLevel(logging.WARNING)

    def revision(  # noqa: PLR0913, PLR0917 - as the extension has it
        self,
        message: str,
        empty: bool = False,  # noqa: FBT001, FBT002
        branch: str = "default",
        parent: Revisions = "head",
        splice: bool = False,  # noqa: FBT001, FBT002
        depend: Revisions | None = None,
        label: str | list[str] | None = None,
        path: str | None = None,
    ) -> list[Script | None]:
        """Write a migration after the last one, beside it.

        The extension would begin a history of its own for what it calls the default branch.
        """
        after = "" if branch == "default" else branch
        folder = path or current_app.config["ALEMBIC"]["version_locations"][0]
        return super().revision(message, empty, after, parent, splice, depend, label, folder)

    def run_migrations(self, fn: Callable[..., Any], **kwargs: Any) -> None:  # noqa: ANN401
        """Run them while no other process does.

        Raises ``ClickException``, which commands show as one line, when the database does not let
        them.
        """
        try:
            with migration_lock(self.engines["default"]):
                super().run_migrations(fn, **kwargs)
        except (DBAPIError, OSError) as error:
            # After the first line a driver may give advice.
            line = str(getattr(error, "orig", error)).partition("\n")[0]
            msg = f"The database cannot be migrated: {line}."
            raise ClickException(msg) from None


def _render_item(
    kind: str,
    item: Any,  # noqa: ANN401 - Alembic asks about everything that it writes
    autogenerate: AutogenContext,
) -> str | Literal[False]:
    """Write the service's own column type into new migrations, with its import."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogenerate.imports.add(f"from {UtcDateTime.__module__} import UtcDateTime")
        return "UtcDateTime()"
    return False
