"""The database extension: a session to read with, transactions to write in."""

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction

from flask.sansio.app import App
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import text
from sqlalchemy.orm import Session

from .engine import FOR_WRITING, configure


class Database(SQLAlchemy):
    """Flask-SQLAlchemy-Lite, and the component that owns its connections.

    ``session`` is the one of the application context, to read with; what it changes is rolled back
    when the context ends.
    """

    name = "database"

    def __init__(self) -> None:
        super().__init__(session_options={"expire_on_commit": False})

    def init_app(self, app: App) -> None:
        super().init_app(app)
        # The extension would look for asynchronous sessions too, which costs every request more
        # than all else that happens to it, and of which there are none.
        app.teardown_appcontext_funcs[:] = [
            close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)
        ]
        with app.app_context():  # type: ignore[attr-defined] # it is a Flask
            configure(self.engine)

    def start(self) -> None:
        """Connect when first needed: the service recovers by itself from a late database."""

    def stop(self) -> None:
        self.engine.dispose()

    def check(self) -> None:
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def release(self) -> None:
        """Give back the connection that ``session`` has read with.

        For those who go on to wait, for a lock or for another service: connections that are kept
        meanwhile run the pool dry. What was read stays as it was read.
        """
        self.session.close()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session to write with: committed when the block ends, rolled back when it raises."""
        self.release()
        with self.sessionmaker.begin() as session:
            session.connection(execution_options=FOR_WRITING)
            yield session
