"""A running service: started by the project's own `make run`, stopped as a supervisor stops it."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import httpx2

from . import processes
from .client import Client, Inspector
from .databases import Database
from .instances import free_port
from .project import Project, clean_environment
from .trust import NOBODY

# Options of make for a database whose tables are there: of all that the commands do, looking for
# migrations takes longest.
MIGRATED = ("--old-file", "migrate")
START_TIMEOUT = 120
STOP_TIMEOUT = 45


class Service:
    """One service, its environment, database and log.

    `environment` is what a deployer would set. `secrets` collects what must never be logged, by
    the name under which a leak is reported.
    """

    def __init__(
        self,
        project: Project,
        database: Database,
        environment: dict[str, str],
        log: Path,
        *,
        target: str = "run",
    ) -> None:
        self.project = project
        self.stack = project.stack
        self.database = database
        self.port = free_port()
        self.log = log
        self.environment = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": database.url,
            **environment,
        }
        self.secrets: dict[str, str] = {}
        production = self.environment.get("ENVIRONMENT") == "production"
        self.inspector = Inspector(self.url, production=production)
        self._target = target
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[Client] = []

    # Life -----------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://{self.environment['HOST']}:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        """Where it serves, for a raw socket."""
        return (self.environment["HOST"], self.port)

    @property
    def workers(self) -> int:
        """How many processes serve."""
        return int(self.environment.get("WORKERS", "1"))

    @property
    def launcher(self) -> int:
        """The process id of `make`."""
        if self._process is None:
            message = "the service is not running"
            raise RuntimeError(message)
        return self._process.pid

    def launch(self) -> None:
        """Start `make run` and return at once."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                ["make", "--no-print-directory", self._target],
                cwd=self.project.directory,
                env=clean_environment() | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start(self) -> "Service":
        """Start, and return once it is alive.

        Raises:
            RuntimeError: with the end of the log, when it is not.
        """
        self.launch()
        deadline = time.monotonic() + START_TIMEOUT
        while not self.is_alive():
            if self.exit_code() is not None or time.monotonic() > deadline:
                message = f"make run did not come up:\n{self.logged()[-8000:]}"
                raise RuntimeError(message)
            time.sleep(0.05)
        return self

    def is_alive(self) -> bool:
        """Whether /health/live answers 200."""
        host = self.environment.get("ALLOWED_HOSTS", "127.0.0.1").partition(",")[0]
        try:
            answer = httpx2.get(
                f"{self.url}/health/live",
                headers={"Host": host},
                timeout=5,
                verify=NOBODY,
                trust_env=False,
            )
        except httpx2.HTTPError:
            return False
        return answer.status_code == httpx2.codes.OK

    def exit_code(self) -> int | None:
        """What `make run` exited with; None while it runs."""
        return None if self._process is None else self._process.poll()

    def wait(self, timeout: float = STOP_TIMEOUT) -> int:
        """Wait for `make run` to end and return its exit code."""
        if self._process is None:
            message = "the service is not running"
            raise RuntimeError(message)
        return self._process.wait(timeout)

    def send_sigterm(self) -> None:
        """Ask the server to stop.

        Only the server's main process is signalled: `make` and `uv` then pass on the exit code,
        while a make that is signalled itself reports its own death.
        """
        os.kill(processes.server(self.launcher), signal.SIGTERM)

    def terminate(self) -> int:
        """SIGTERM, and the exit code."""
        self.send_sigterm()
        return self.wait()

    def kill(self) -> None:
        """SIGKILL to every process of the service at once: a power cut."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def dispose(self) -> None:
        """End it whatever its state, close its clients and drop its database."""
        for client in self._clients:
            client.close()
        self.kill()
        self.database.drop()

    # Callers --------------------------------------------------------------------

    def client(
        self, headers: dict[str, str] | None = None, *, fresh_connections: bool = False
    ) -> Client:
        """Return a caller without credentials, or with the given headers."""
        client = Client(self.url, self.inspector, headers, fresh_connections=fresh_connections)
        self._clients.append(client)
        return client

    def client_of_each_worker(self, headers: dict[str, str] | None = None) -> list[Client]:
        """Return one caller for each worker process, whose connection that worker holds.

        A connection lasts as long as the server keeps it alive: use them at once.
        """
        found: dict[int, Client] = {}
        for _ in range(400):
            client = self.client(headers)
            port = client.port()
            worker = processes.holder(self.launcher, server_port=self.port, client_port=port)
            if worker is not None and worker not in found:
                found[worker] = client
                if len(found) == self.workers:
                    return list(found.values())
            else:
                client.close()
                self._clients.remove(client)
        message = f"connections reach {len(found)} of {self.workers} workers"
        raise AssertionError(message)

    # Commands -------------------------------------------------------------------

    def make(
        self, target: str, *variables: str, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a make target of the project in this service's environment."""
        return self.project.make(target, *variables, environment=self.environment, stdin=stdin)

    def create_user(
        self,
        name: str,
        password: str,
        *permissions: str,
        update: bool = False,
        migrated: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """`make create-user`, the password on standard input."""
        self.secrets[f"the password of {name}"] = password
        variables = [f"NAME={name}", f"PERMISSIONS={','.join(permissions)}"]
        variables += MIGRATED if migrated else ()
        if update:
            variables.append("UPDATE=1")
        return self.make("create-user", *variables, stdin=f"{password}\n")

    # Log ------------------------------------------------------------------------

    def logged(self, start: int = 0) -> str:
        """Everything printed from an offset on."""
        return self.log.read_bytes()[start:].decode(errors="replace")

    def log_size(self) -> int:
        """The offset at which the next line will stand."""
        return self.log.stat().st_size

    def wait_for_log(self, text: str, start: int = 0, timeout: float = 15) -> list[str]:
        """Wait for a line that holds the text, and return all such lines."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            complete = self.logged(start).rpartition("\n")[0].splitlines()
            if lines := [line for line in complete if text in line]:
                return lines
            time.sleep(0.05)
        message = f"nothing logged with {text!r}; the log ends:\n{self.logged(start)[-3000:]}"
        raise AssertionError(message)

    def leaks(self) -> list[str]:
        """Return the names of the secrets that stand in the log."""
        text = self.logged()
        return [name for name, secret in self.secrets.items() if secret and secret in text]
