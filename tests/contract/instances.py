"""Servers of the suite's own, on free ports: they may be stopped, frozen and started again.

Every instance keeps its port and its data over a restart. Binaries are those of the usual packages
(PostgreSQL, MariaDB or MySQL, Redis or Valkey, memcached).
"""

import contextlib
import itertools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

from .processes import are_stopped, descendants

START_TIMEOUT = 60
# Debian keeps them off the PATH.
POSTGRESQL_DIRECTORIES = "/usr/lib/postgresql/*/bin"


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on.

    Any of twelve thousand, as suites run side by side, and none of those that the system gives to
    whoever connects: what is to listen on it may start much later, or not at all.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def binary(*names: str, directories: str = "") -> str:
    """Find a server's program, also where Debian hides it.

    Raises:
        FileNotFoundError: naming what to install.
    """
    for name in names:
        places = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]
        if found := shutil.which(name, path=os.pathsep.join(places)):
            return found
        for directory in sorted(Path("/").glob(directories.lstrip("/")), reverse=True):
            if (directory / name).is_file():
                return str(directory / name)
    message = f"{' or '.join(names)} is not installed"
    raise FileNotFoundError(message)


class Instance(ABC):
    """One server process and what it needs to be started again."""

    # The account the server runs under when the tests run as root: some servers refuse root.
    account: str | None = None

    def __init__(self, directory: Path) -> None:
        """Keep its data in the directory, which that account has to be able to reach."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._user = self.account if os.geteuid() == 0 else None
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            os.chown(directory, owner.pw_uid, owner.pw_gid)

    @property
    @abstractmethod
    def url(self) -> str:
        """The address in the form of DATABASE_URL or CACHE_URL."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments, in the foreground."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether the server answers."""

    def prepare(self) -> None:  # noqa: B027 - most servers need none
        """Make what has to stand before the first start."""

    def run(self, *command: str) -> None:
        """Run a tool of the server under the server's account.

        Raises:
            RuntimeError: with what it printed, when it fails.
        """
        result = subprocess.run(
            command, check=False, capture_output=True, user=self._user, cwd=self.directory
        )
        if result.returncode:
            said = (result.stdout + result.stderr).decode(errors="replace")
            message = f"{command[0]} failed:\n{said}"
            raise RuntimeError(message)

    def start(self) -> None:
        """Start, and return once it answers.

        Raises:
            RuntimeError: with the log, when it does not.
        """
        if not any(self.directory.iterdir()):
            self.prepare()
        log = self.directory / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command(),
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                cwd=self.directory,
                user=self._user,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                message = f"{self.command()[0]} did not start:\n{log.read_text(errors='replace')}"
                raise RuntimeError(message)
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return self.ready()
        except OSError:
            return False

    def stop(self) -> None:
        """Kill the server and everything it started, as a crash would."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        self._process.wait(30)
        self._process = None
        deadline = time.monotonic() + START_TIMEOUT
        while self.is_listening() and time.monotonic() < deadline:
            time.sleep(0.02)

    def freeze(self) -> None:
        """Stop it from answering while its connections stay open."""
        pids = self._signal(signal.SIGSTOP)
        # The signal is only sent: on a busy machine the server answers for a while yet.
        deadline = time.monotonic() + START_TIMEOUT
        while not are_stopped(pids):
            assert time.monotonic() < deadline, "the server does not stop"
            time.sleep(0.02)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> list[int]:
        if self._process is None:
            return []
        # Not the process group: each backend of PostgreSQL has one of its own.
        pids = [self._process.pid, *(pid for pid, _ in descendants(self._process.pid))]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return pids

    def is_listening(self) -> bool:
        """Whether connections are accepted."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _talk(self, question: bytes, answer: bytes) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            connection.sendall(question)
            return connection.recv(100).startswith(answer)


class PostgreSQL(Instance):
    """A PostgreSQL server with one superuser, `postgres`, trusted on loopback."""

    account = "postgres"

    @property
    def url(self) -> str:
        """The address of the maintenance database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def prepare(self) -> None:
        """Make the cluster."""
        initdb = binary("initdb", directories=POSTGRESQL_DIRECTORIES)
        data = str(self.directory / "data")
        self.run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")

    def command(self) -> list[str]:
        """Run in the foreground, on loopback only."""
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "shared_buffers": "16MB",
        }
        return [
            binary("postgres", directories=POSTGRESQL_DIRECTORIES),
            "-D",
            str(self.directory / "data"),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]

    def ready(self) -> bool:
        """Ask for SSL: a server that takes connections says no (or yes)."""
        pid = self.directory / "data" / "postmaster.pid"
        return (
            self._talk((8).to_bytes(4, "big") + (80877103).to_bytes(4, "big"), b"N")
            and "ready" in pid.read_text(encoding="ascii").splitlines()[-1]
        )

    def stop(self) -> None:
        """Kill it; what it held of shared memory is freed by its next start."""
        super().stop()
        (self.directory / "data" / "postmaster.pid").unlink(missing_ok=True)


class MariaDB(Instance):
    """A MariaDB or MySQL server whose `root` has an empty password."""

    account = "mysql"

    @property
    def url(self) -> str:
        """The address of the server's own database."""
        return f"mysql://root@127.0.0.1:{self.port}/mysql"

    def _places(self) -> list[str]:
        # Not the usual folder for temporary tables: a server that starts there removes those of
        # all others.
        return [f"--datadir={self.directory / 'data'}", f"--tmpdir={self.directory / 'tmp'}"]

    def prepare(self) -> None:
        """Make the system tables."""
        temporary = self.directory / "tmp"
        temporary.mkdir()
        if self._user is not None:
            shutil.chown(temporary, self._user)
        try:
            install = binary("mariadb-install-db")
        except FileNotFoundError:  # MySQL, which does it by itself
            self.run(binary("mysqld"), "--no-defaults", "--initialize-insecure", *self._places())
            return
        # Everything is done by address here, so that nothing depends on how the machine is called.
        options = ("--auth-root-authentication-method=normal", "--skip-name-resolve")
        self.run(install, "--no-defaults", *self._places(), *options, "--skip-test-db")

    def command(self) -> list[str]:
        """Run in the foreground, on loopback only."""
        return [
            binary("mariadbd", "mysqld"),
            "--no-defaults",
            *self._places(),
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            # Relative to the data: a whole path may be longer than a socket's may be.
            "--socket=socket",
            "--pid-file=server.pid",
            "--innodb-buffer-pool-size=32M",
        ]

    def ready(self) -> bool:
        """The server speaks first: a packet that names its version."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            return b"_password" in connection.recv(200)


class Redis(Instance):
    """A Redis or Valkey server that keeps nothing on disk."""

    @property
    def url(self) -> str:
        """The first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Run in the foreground, on loopback only."""
        return [
            binary("redis-server", "valkey-server"),
            *("--bind", "127.0.0.1", "--port", str(self.port)),
            *("--save", "", "--appendonly", "no"),
        ]

    def ready(self) -> bool:
        """PING."""
        return self._talk(b"PING\r\n", b"+PONG")


class Memcached(Instance):
    """A memcached server."""

    account = "nobody"

    @property
    def url(self) -> str:
        """The server."""
        return f"memcached://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """Run in the foreground, on loopback only."""
        return [binary("memcached"), "-l", "127.0.0.1", "-p", str(self.port), "-U", "0"]

    def ready(self) -> bool:
        """Ask for the version."""
        return self._talk(b"version\r\n", b"VERSION")


DATABASE_INSTANCES: dict[str, type[Instance]] = {"postgresql": PostgreSQL, "mysql": MariaDB}
CACHE_INSTANCES: dict[str, type[Instance]] = {"redis": Redis, "memcached": Memcached}

# What the suite starts for an answer: the names of each program, one of which is enough.
PROGRAMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "postgresql": (("initdb",), ("postgres",)),
    "mysql": (("mariadbd", "mysqld"),),
    "redis": (("redis-server", "valkey-server"),),
    "memcached": (("memcached",),),
    "oidc": (("node",), ("npm",)),
}


def missing_programs(*answers: str) -> list[str]:
    """Return the programs that the suite would start for these answers and cannot find."""
    missing = []
    for names in itertools.chain.from_iterable(PROGRAMS.get(answer, ()) for answer in answers):
        try:
            binary(*names, directories=POSTGRESQL_DIRECTORIES)
        except FileNotFoundError:
            missing.append(" or ".join(names))
    return missing
