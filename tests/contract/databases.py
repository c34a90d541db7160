"""A database for each service: made before it starts, dropped after it ended.

The servers are those at POSTGRESQL_URL and MYSQL_URL (default: the usual local address
without a password), or an instance of the suite's own. SQLite needs a file.
"""

import os
import sqlite3
import time
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pymysql

SERVERS = {
    "postgresql": os.environ.get("POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres"),
    "mysql": os.environ.get("MYSQL_URL", "mysql://root@127.0.0.1:3306/mysql"),
}

Rows = list[tuple[Any, ...]]


class Database(ABC):
    """An empty database and its address, and a look at what a service made of it."""

    url: str
    quote = '"'
    list_tables: str
    list_columns: str
    before_dropping: str | None = None

    @abstractmethod
    def run(self, *statements: str) -> Rows:
        """Run statements over one connection, commit, and return the rows of the last."""

    @abstractmethod
    def drop(self) -> None:
        """Remove the database."""

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        return [row[0] for row in self.run(self.list_tables)]

    def content(self) -> str:
        """Return all that is stored, as one text to search in."""
        return "\n".join(
            f"{table}: {row!r}"
            for table in self.tables()
            for row in self.run(f"SELECT * FROM {self._quoted(table)}")  # noqa: S608
        )

    def drop_tables(self) -> None:
        """Drop every table, so that the service meets an error nobody foresaw."""
        drops = [f"DROP TABLE {self._quoted(table)} CASCADE" for table in self.tables()]
        self.run(*([self.before_dropping] if self.before_dropping else []), *drops)

    def rename_column(self, word: str, old: str, new: str) -> None:
        """Rename the column of the table that has the word in its name."""
        for table in self.tables():
            if word in table and old in self.columns(table):
                names = (self._quoted(name) for name in (table, old, new))
                self.run("ALTER TABLE {} RENAME COLUMN {} TO {}".format(*names))
                return
        message = f"no table has {word} in its name and a column {old}"
        raise AssertionError(message)

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns."""
        return [row[0] for row in self.run(self.list_columns.format(table=table))]

    def expiry_of_key(self, prefix: str) -> str:
        """Return when an API key expires, as the database writes it."""
        table, expiry = self._table_of_keys()
        query = f"SELECT {expiry} FROM {self._quoted(table)} WHERE prefix = '{prefix}'"  # noqa: S608
        (row,) = self.run(query)
        return str(row[0])

    def expire_keys(self, moment: str = "2020-01-01 00:00:00.000000") -> None:
        """Let all API keys have expired at a moment: nobody wants to wait a day."""
        table, expiry = self._table_of_keys()
        self.run(f"UPDATE {self._quoted(table)} SET {expiry} = '{moment}'")  # noqa: S608

    def _table_of_keys(self) -> tuple[str, str]:
        """Return the table of API keys and its column of expiry.

        It is the one that has a prefix and an expiry, whatever a framework calls it.
        """
        for table in self.tables():
            columns = self.columns(table)
            expiry = [name for name in columns if "expir" in name]
            if expiry and "prefix" in columns:
                return table, expiry[0]
        message = "no table has a prefix and an expiry"
        raise AssertionError(message)

    def _quoted(self, name: str) -> str:
        return f"{self.quote}{name}{self.quote}"


class SQLiteFile(Database):
    """A file of its own."""

    list_tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    list_columns = "SELECT name FROM pragma_table_info('{table}')"

    def __init__(self, directory: Path) -> None:
        self.path = directory / f"{uuid4().hex}.db"
        self.url = f"sqlite:///{self.path}"

    def run(self, *statements: str) -> Rows:
        """Run statements."""
        rows: Rows = []
        with closing(sqlite3.connect(self.path, timeout=10)) as connection:
            for statement in statements:
                rows = connection.execute(statement.removesuffix(" CASCADE")).fetchall()
            connection.commit()
        return rows

    def lock(self) -> sqlite3.Connection:
        """Take the write lock and keep it until the connection is closed."""
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection

    def drop(self) -> None:
        """Remove the file and what stands beside it."""
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()


class _ServerDatabase(Database):
    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self.name = f"contract_{uuid4().hex[:16]}"
        self.url = urlunsplit(self._server._replace(path=f"/{self.name}"))


class PostgreSQLDatabase(_ServerDatabase):
    """A database on a PostgreSQL server."""

    list_tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    list_columns = "SELECT column_name FROM information_schema.columns WHERE table_name = '{table}'"

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self._on_server(f'CREATE DATABASE "{self.name}"')

    def run(self, *statements: str) -> Rows:
        """Run statements."""
        rows: Rows = []
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                # After a cascade a table may be gone already.
                safe = statement.replace("DROP TABLE ", "DROP TABLE IF EXISTS ")
                cursor = connection.execute(safe.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def drop(self) -> None:
        """Remove the database, whoever is still connected."""
        self._on_server(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(urlunsplit(self._server), autocommit=True) as connection:
            connection.execute(statement.encode())


class MySQLDatabase(_ServerDatabase):
    """A database on a MySQL or MariaDB server."""

    quote = "`"
    list_tables = "SHOW TABLES"
    list_columns = "SHOW COLUMNS FROM `{table}`"
    before_dropping = "SET foreign_key_checks = 0"

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self._run(None, f"CREATE DATABASE `{self.name}`")

    def run(self, *statements: str) -> Rows:
        """Run statements."""
        return self._run(self.name, *statements)

    def drop(self) -> None:
        """Remove the database; connections of a killed service may hold it for a moment."""
        deadline = time.monotonic() + 10
        while True:
            try:
                self._run(None, f"DROP DATABASE IF EXISTS `{self.name}`")
            except pymysql.err.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    def _run(self, database: str | None, *statements: str) -> Rows:
        rows: Rows = []
        with (
            closing(
                pymysql.connect(
                    host=self._server.hostname or "127.0.0.1",
                    port=self._server.port or 3306,
                    user=unquote(self._server.username or "root"),
                    password=unquote(self._server.password or ""),
                    database=database,
                    autocommit=True,
                    charset="utf8mb4",
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
                rows = list(cursor.fetchall())
        return rows


def create(kind: str, directory: Path, server: str | None = None) -> Database:
    """Make an empty database of the kind, on the given server or on the usual one."""
    if kind == "sqlite":
        return SQLiteFile(directory)
    if kind == "postgresql":
        return PostgreSQLDatabase(server or SERVERS[kind])
    return MySQLDatabase(server or SERVERS[kind])
