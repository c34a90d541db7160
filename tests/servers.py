"""The servers that generated services are tested against: where they are, and whether they answer.

A server is looked for at its usual loopback port, or where its variable says. A service whose
server is missing is not generated, and the report says so; with `REQUIRE_SERVERS=1` every one of
them has to be there.
"""

import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql

from tests.questionnaire import Answer

TIMEOUT = 3.0


@dataclass(frozen=True)
class Server:
    """A server, the answer that asks for it, and a few bytes that prove it is what it should be."""

    title: str
    answer: str
    setting: str
    variable: str
    default: str
    greeting: bytes
    replies: tuple[bytes, ...]
    ask_version: Callable[[str], str]

    @property
    def address(self) -> str:
        """The address that a service is given."""
        return os.environ.get(self.variable) or self.default

    def answers(self) -> bool:
        """Whether such a server listens there: an open port alone could be anything."""
        parts = urlsplit(self.address)
        try:
            with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
                connection.settimeout(TIMEOUT)
                connection.sendall(self.greeting)
                reply = connection.recv(64)
        except OSError:
            return False
        return any(part in reply for part in self.replies)

    def version(self) -> str:
        """Return the version that the server says it has; raise `OSError` or its client's error."""
        return self.ask_version(self.address)

    def report(self) -> str:
        """Say whether it was found."""
        place = urlsplit(self.address)
        where = f"{place.hostname}:{place.port}"
        if self.answers():
            return f"{self.title}: found at {where}"
        return f"{self.title}: not found at {where}; set {self.variable}, or start one"


def _postgresql_version(address: str) -> str:
    with psycopg.connect(address, connect_timeout=int(TIMEOUT)) as connection:
        return str(connection.info.parameter_status("server_version")).split()[0]


def _mysql_version(address: str) -> str:
    parts = urlsplit(address)
    connection = pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        connect_timeout=int(TIMEOUT),
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        return str((cursor.fetchone() or ("",))[0])


def _redis_version(address: str) -> str:
    parts = urlsplit(address)
    greeting = b"INFO server\r\n"
    if parts.password:
        words = [unquote(word) for word in (parts.username, parts.password) if word]
        greeting = f"AUTH {' '.join(words)}\r\n".encode() + greeting
    return _asked(address, greeting, rb"(?:redis|valkey)_version:(\S+)")


def _memcached_version(address: str) -> str:
    return _asked(address, b"version\r\n", rb"VERSION (\S+)")


def _asked(address: str, question: bytes, answer: bytes) -> str:
    """Return what a server answers to a line of text, once it has."""
    parts = urlsplit(address)
    said = b""
    with socket.create_connection((parts.hostname, parts.port), TIMEOUT) as connection:
        connection.sendall(question)
        while not (found := re.search(answer + rb"\s", said)):
            part = connection.recv(4096)
            if not part:
                message = f"{address} closed the connection after {said!r}"
                raise ConnectionError(message)
            said += part
    return found[1].decode()


SERVERS = (
    Server(
        "PostgreSQL",
        "postgresql",
        "TEST_DATABASE_URL",
        "POSTGRESQL_URL",
        "postgresql://postgres@127.0.0.1:5432/postgres",
        b"\x00\x00\x00\x08\x04\xd2\x16\x2f",  # asks for TLS; yes and no are both an answer
        (b"S", b"N"),
        _postgresql_version,
    ),
    Server(
        "MySQL or MariaDB",
        "mysql",
        "TEST_DATABASE_URL",
        "MYSQL_URL",
        "mysql://root@127.0.0.1:3306/mysql",
        b"",  # the server speaks first
        (b"\x00\x00\x00\x0a",),
        _mysql_version,
    ),
    Server(
        "Redis or Valkey",
        "redis",
        "TEST_CACHE_URL",
        "REDIS_URL",
        "redis://127.0.0.1:6379/0",
        b"PING\r\n",
        (b"+PONG", b"-NOAUTH"),
        _redis_version,
    ),
    Server(
        "memcached",
        "memcached",
        "TEST_CACHE_URL",
        "MEMCACHED_URL",
        "memcached://127.0.0.1:11211",
        b"version\r\n",
        (b"VERSION ",),
        _memcached_version,
    ),
)


def needed(answers: Mapping[str, Answer]) -> list[Server]:
    """Return the servers that a service with these answers talks to."""
    return [server for server in SERVERS if server.answer in answers.values()]


def environment(answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return the variables that lead such a service to the servers of this machine."""
    return {server.setting: server.address for server in needed(answers)}
