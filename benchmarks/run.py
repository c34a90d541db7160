"""Compare a generated service with the least application of the same framework, side by side.

Ratios only: rates differ from machine to machine and from minute to minute, so the two servers
are measured in turns, and the median of the rounds' ratios is printed. Needs ``wrk``.

With ``--profile``, py-spy then samples the service under the same load, and what each module costs
is printed in requests of the bare application: what stands between the two.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BARE = Path(__file__).resolve().parent / "bare"
PASSWORD = "for the benchmark only"  # noqa: S105
# How a server of the bare application is started, and one of the service.
FRAMEWORKS = {
    "fastapi": ["-m", "uvicorn", "fastapi_app:app", "--no-access-log", "--port"],
    "litestar": ["-m", "uvicorn", "litestar_app:app", "--no-access-log", "--port"],
    "django": ["-m", "uvicorn", "django_app:app", "--no-access-log", "--lifespan=off", "--port"],
    # It takes its port from the environment.
    "flask": ["-m", "gunicorn", "flask_app:app", "--threads=104"],
}
SERVICES = {
    "fastapi": ["-m", "my_service"],
    "litestar": ["-m", "my_service"],
    "django": ["manage.py", "serve"],
    "flask": ["-m", "gunicorn", "--config=python:my_service.gunicorn_config"],
}
PATHS = {"GET /health/live": "/health/live", "GET /products": "/products?limit=10"}
GOALS = {
    "GET /health/live": (">=", 0.75),
    "GET /products": (">=", 0.5),
    "start to first 200": ("<=", 1.5),
    "resident memory": ("<=", 1.3),
}
PROFILE_SECONDS = 15
PROFILE_ROWS = 15
OUTSIDE = "(a thread or a greenlet of a library)"


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    started_in: float

    @property
    def resident_bytes(self) -> int:
        """Resident memory of the process that serves, and of its children."""
        return sum(_resident(pid) for pid in _family(self.process.pid))


def main() -> None:
    """Scaffold, start both servers, measure in turns, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", choices=FRAMEWORKS, default="fastapi")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--profile", action="store_true", help="say where the service's time goes")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed; it is a package of Debian, Ubuntu and Homebrew.")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        project = Path(folder) / "service"
        scaffolded = _timed(lambda: _scaffold(project, options.framework))
        _run(["make", "setup"], project)
        _seed(project, options.framework)
        _compare(project, options)
        print(f"{'scaffold':<24} {scaffolded:.2f} s")


def _compare(project: Path, options: argparse.Namespace) -> None:
    python = project / ".venv/bin/python"
    bare_command = [str(python), *FRAMEWORKS[options.framework]]
    service = _serving([str(python), *SERVICES[options.framework]], project, {"LOG_FORMAT": "json"})
    environment = {"DATABASE": str(project / "my_service.db")}
    bare = _serving(bare_command, BARE, environment)
    with service as measured, bare as reference:
        ratios: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            for name, path in PATHS.items():
                pair = [
                    _rate(server.port, path, options.seconds) for server in (measured, reference)
                ]
                ratios.setdefault(name, []).append(pair[0] / pair[1])
        ratios["resident memory"] = [measured.resident_bytes / reference.resident_bytes]
        ratios["start to first 200"] = [measured.started_in / reference.started_in]
        profiles = {
            name: _profile(measured, path, statistics.median(ratios[name]))
            for name, path in (PATHS.items() if options.profile else ())
        }
    print(f"{'':<24} {'median':>7} {'lowest':>7} {'highest':>7}   goal")
    for name, values in ratios.items():
        sign, goal = GOALS[name]
        middle = statistics.median(values)
        met = middle >= goal if sign == ">=" else middle <= goal
        print(
            f"{name:<24} {middle:>7.2f} {min(values):>7.2f} {max(values):>7.2f}"
            f"   {sign} {goal} {'met' if met else 'NOT met'}"
        )
    for name, profile in profiles.items():
        print(f"\n{name}: {sum(profile.values()):.2f} requests of the bare application, spent in")
        for (module, package), cost in profile.most_common(PROFILE_ROWS):
            print(f"  {cost:.2f}  {module:<44} {package}")


def _profile(server: Server, path: str, ratio: float) -> Counter[tuple[str, str]]:
    """Say what each module costs a request, in requests of the bare application.

    Time counts when the interpreter is at work, not when a thread waits: for the module of the
    service nearest to where it was spent, and for the package it was spent in. What the framework
    does below a middleware counts for the innermost of them.
    """
    with tempfile.TemporaryDirectory(prefix="profile-") as folder:
        stacks = Path(folder) / "stacks"
        command = [
            os.environ.get("UV", "uv"),
            "tool",
            "run",
            "py-spy",
            "record",
            "--subprocesses",
            "--gil",
            "--format=raw",
            "--rate=250",
            f"--duration={PROFILE_SECONDS}",
            f"--output={stacks}",
            f"--pid={server.process.pid}",
        ]
        with subprocess.Popen(
            [*_pinned(1), *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as sampler:
            while sampler.poll() is None:
                _rate(server.port, path, 2)
        if sampler.returncode:
            sys.exit("py-spy failed; it needs the right to look into other processes.")
        lines = stacks.read_text().splitlines()
    spent: Counter[tuple[str, str]] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        files = re.findall(r"\(([^():]+)(?::\d+)?\)", stack)
        if files:
            ours = [file for file in files if "my_service/" in file]
            spent[ours[-1] if ours else OUTSIDE, files[-1].split("/")[0]] += int(count)
    samples = spent.total()
    return Counter({place: count / samples / ratio for place, count in spent.items()})


def _scaffold(project: Path, framework: str) -> None:
    answers = f"-d framework={framework}"
    _run(["make", "new", f"DEST={project}", f"ANSWERS={answers}", "DEFAULTS=1"], ROOT)


def _seed(project: Path, framework: str) -> None:
    """Put ten products into the database, through the service itself."""
    name = "PERMISSIONS=products:write"
    _run(["make", "create-user", "NAME=bench", name], project, given=f"{PASSWORD}\n")
    python = str(project / ".venv/bin/python")
    with _serving([python, *SERVICES[framework]], project, {}) as server:
        base = f"http://127.0.0.1:{server.port}"
        form = f"username=bench&password={PASSWORD.replace(' ', '+')}".encode()
        with urllib.request.urlopen(f"{base}/auth/token", form) as answer:  # noqa: S310
            token = json.load(answer)["access_token"]
        for number in range(10):
            product = {
                "sku": f"TEA-{number:03}",
                "name": f"Tea {number}",
                "description": "<p>From <em>Uji</em>.</p>",
                "price": "19.90",
                "currency": "EUR",
            }
            request = urllib.request.Request(  # noqa: S310 - the address is our own
                f"{base}/products",
                json.dumps(product).encode(),
                {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
            )
            urllib.request.urlopen(request).close()  # noqa: S310


@contextmanager
def _serving(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    port = _free_port()
    command = [*_pinned(0), *command, *([str(port)] if command[-1] == "--port" else [])]
    variables = {**os.environ, **environment, "PORT": str(port), "HOST": "127.0.0.1"}
    started = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/health/live", process)
            yield Server(process, port, time.perf_counter() - started)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url).close()  # noqa: S310
        except OSError:
            time.sleep(0.005)
        else:
            return
    sys.exit(f"the server does not answer at {url}")


def _rate(port: int, path: str, seconds: int) -> float:
    command = [*_pinned(1), "wrk", "-t1", "-c32", f"-d{seconds}s", f"http://127.0.0.1:{port}{path}"]
    report = _run(command, ROOT)
    if "Non-2xx" in report:
        sys.exit(f"{path} answered with errors:\n{report}")
    found = re.search(r"Requests/sec:\s*([\d.]+)", report)
    return float(found[1]) if found else sys.exit(report)


def _pinned(core: int) -> list[str]:
    """Keep server and load apart, where there are two cores and taskset."""
    apart = shutil.which("taskset") and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(core)] if apart else []


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _run(command: list[str], folder: Path, *, given: str = "") -> str:
    done = subprocess.run(
        command, cwd=folder, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _timed(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
