"""The servers that generated services are tested against: where they are, and whether they answer.

A server is looked for at its usual loopback port, or where its variable says. A service whose
server is missing is not generated, and the report says so; with `REQUIRE_SERVERS=1` every one of
them has to be there.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

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

    def report(self) -> str:
        """Say whether it was found."""
        place = urlsplit(self.address)
        where = f"{place.hostname}:{place.port}"
        if self.answers():
            return f"{self.title}: found at {where}"
        return f"{self.title}: not found at {where}; set {self.variable}, or start one"


SERVERS = (
    Server(
        "PostgreSQL",
        "postgresql",
        "TEST_DATABASE_URL",
        "POSTGRESQL_URL",
        "postgresql://postgres@127.0.0.1:5432/postgres",
        b"\x00\x00\x00\x08\x04\xd2\x16\x2f",  # asks for TLS; yes and no are both an answer
        (b"S", b"N"),
    ),
    Server(
        "MySQL or MariaDB",
        "mysql",
        "TEST_DATABASE_URL",
        "MYSQL_URL",
        "mysql://root@127.0.0.1:3306/mysql",
        b"",  # the server speaks first
        (b"\x00\x00\x00\x0a",),
    ),
    Server(
        "Redis or Valkey",
        "redis",
        "TEST_CACHE_URL",
        "REDIS_URL",
        "redis://127.0.0.1:6379/0",
        b"PING\r\n",
        (b"+PONG", b"-NOAUTH"),
    ),
    Server(
        "memcached",
        "memcached",
        "TEST_CACHE_URL",
        "MEMCACHED_URL",
        "memcached://127.0.0.1:11211",
        b"version\r\n",
        (b"VERSION ",),
    ),
)


def needed(answers: Mapping[str, Answer]) -> list[Server]:
    """Return the servers that a service with these answers talks to."""
    return [server for server in SERVERS if server.answer in answers.values()]


def environment(answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return the variables that lead such a service to the servers of this machine."""
    return {server.setting: server.address for server in needed(answers)}
