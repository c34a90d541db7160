"""A database for each service: made before it starts, dropped after it ended.

The servers are those at TEST_POSTGRESQL_URL and TEST_MYSQL_URL (default: the usual local address
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
from psycopg import sql
from pymysql.cursors import Cursor

SERVERS = {
    "postgresql": os.environ.get(
        "TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres"
    ),
    "mysql": os.environ.get("TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/mysql"),
}


class Database(ABC):
    """An empty database and its address."""

    url: str

    @abstractmethod
    def rows(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Return every row of every table, as (table, row)."""

    @abstractmethod
    def drop_tables(self) -> None:
        """Drop every table, so that the service meets an error nobody foresaw."""

    @abstractmethod
    def drop(self) -> None:
        """Remove the database."""

    def content(self) -> str:
        """Return all that is stored, as one text to search in."""
        return "\n".join(f"{table}: {row!r}" for table, row in self.rows())


class SQLiteFile(Database):
    """A file of its own."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / f"{uuid4().hex}.db"
        self.url = f"sqlite:///{self.path}"

    def rows(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Return every row of every table."""
        with closing(sqlite3.connect(self.path)) as connection:
            return [
                (table, row)
                for table in self._tables(connection)
                for row in connection.execute(f'SELECT * FROM "{table}"')
            ]

    def drop_tables(self) -> None:
        """Drop every table."""
        with closing(sqlite3.connect(self.path, timeout=10)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            for table in self._tables(connection):
                connection.execute(f'DROP TABLE "{table}"')
            connection.commit()

    def lock(self) -> sqlite3.Connection:
        """Take the write lock and keep it until the connection is closed."""
        connection = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection

    def drop(self) -> None:
        """Remove the file and what stands beside it."""
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()

    @staticmethod
    def _tables(connection: sqlite3.Connection) -> list[str]:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        return [row[0] for row in connection.execute(query)]


class _ServerDatabase(Database):
    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self.name = f"contract_{uuid4().hex[:16]}"
        self.url = urlunsplit(self._server._replace(path=f"/{self.name}"))


class PostgreSQLDatabase(_ServerDatabase):
    """A database on a PostgreSQL server."""

    def __init__(self, server: str) -> None:
        super().__init__(server)
        self._execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))

    def rows(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Return every row of every table."""
        with psycopg.connect(self.url) as connection:
            return [
                (table, row)
                for table in self._tables(connection)
                for row in connection.execute(
                    sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
                )
            ]

    def drop_tables(self) -> None:
        """Drop every table."""
        with psycopg.connect(self.url) as connection:
            for table in self._tables(connection):
                connection.execute(
                    sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(table))
                )

    def drop(self) -> None:
        """Remove the database, whoever is still connected."""
        statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(self.name))
        self._execute(urlunsplit(self._server), statement)

    @staticmethod
    def _execute(server: str, statement: sql.Composed) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement)

    @staticmethod
    def _tables(connection: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return [row[0] for row in connection.execute(query)]


class MySQLDatabase(_ServerDatabase):
    """A database on a MySQL or MariaDB server."""

    def __init__(self, server: str) -> None:
        super().__init__(server)
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE `{self.name}`")

    def rows(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Return every row of every table."""
        found: list[tuple[str, tuple[Any, ...]]] = []
        with closing(self._connect(self.name)) as connection, connection.cursor() as cursor:
            for table in self._tables(cursor):
                cursor.execute(f"SELECT * FROM `{table}`")  # noqa: S608 - our own table names
                found += [(table, row) for row in cursor.fetchall()]
        return found

    def drop_tables(self) -> None:
        """Drop every table, waiting a little for readers."""
        with closing(self._connect(self.name)) as connection, connection.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for table in self._tables(cursor):
                cursor.execute(f"DROP TABLE `{table}`")

    def drop(self) -> None:
        """Remove the database; connections of a killed service may hold it for a moment."""
        for attempt in range(50):
            try:
                with closing(self._connect()) as connection, connection.cursor() as cursor:
                    cursor.execute(f"DROP DATABASE IF EXISTS `{self.name}`")
            except pymysql.err.OperationalError:
                if attempt == 49:  # noqa: PLR2004 - the last of 50
                    raise
                time.sleep(0.1)
            else:
                return

    def _connect(self, database: str | None = None) -> pymysql.Connection[Cursor]:
        return pymysql.connect(
            host=self._server.hostname or "127.0.0.1",
            port=self._server.port or 3306,
            user=unquote(self._server.username or "root"),
            password=unquote(self._server.password or ""),
            database=database,
            autocommit=True,
            charset="utf8mb4",
        )

    @staticmethod
    def _tables(cursor: Cursor) -> list[str]:
        cursor.execute("SHOW TABLES")
        return [row[0] for row in cursor.fetchall()]


def create(kind: str, directory: Path, server: str | None = None) -> Database:
    """Make an empty database of the kind, on the given server or on the usual one."""
    if kind == "sqlite":
        return SQLiteFile(directory)
    if kind == "postgresql":
        return PostgreSQLDatabase(server or SERVERS[kind])
    return MySQLDatabase(server or SERVERS[kind])
