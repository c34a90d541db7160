"""The processes below `make run`: which one is the server, and who holds a connection."""

import contextlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

# What stands between the one who typed `make run` and the server.
_LAUNCHERS = frozenset({"make", "gmake", "sh", "dash", "bash", "uv", "env"})


def _table() -> Iterator[tuple[int, int, str]]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,comm="], check=True, capture_output=True, text=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, command = line.split(maxsplit=2)
        yield int(pid), int(parent), Path(command).name


def descendants(pid: int) -> list[tuple[int, str]]:
    """Return (pid, command) of everything below a process, nearest first."""
    children: dict[int, list[tuple[int, str]]] = {}
    for child, parent, command in _table():
        children.setdefault(parent, []).append((child, command))
    found: list[tuple[int, str]] = []
    level = [pid]
    while level:
        below = [entry for parent in level for entry in children.get(parent, [])]
        found += below
        level = [child for child, _ in below]
    return found


def are_stopped(pids: Iterable[int]) -> bool:
    """Return whether every thread of the processes that there still are is stopped."""
    for pid in pids:
        for status in Path(f"/proc/{pid}/task").glob("*/stat"):
            # The name before the state may hold anything, closing brackets too.
            with contextlib.suppress(OSError):
                if status.read_text().rpartition(")")[2].split()[0] not in {"T", "Z"}:
                    return False
    return True


def server(pid: int) -> int:
    """Return the server's main process: the first below `make` that is no launcher.

    Raises:
        LookupError: when there is none.
    """
    for child, command in descendants(pid):
        if command not in _LAUNCHERS:
            return child
    message = f"no server below process {pid}"
    raise LookupError(message)


def holder(pid: int, *, server_port: int, client_port: int) -> int | None:
    """Return which process below `pid` holds the connection between the two loopback ports."""
    inode = _inode(server_port, client_port)
    for child, _ in reversed(descendants(pid)):
        try:
            opened = list(os.scandir(f"/proc/{child}/fd"))
        except OSError:
            continue
        for entry in opened:
            try:
                if str(Path(entry.path).readlink()) == f"socket:[{inode}]":
                    return child
            except OSError:
                continue
    return None


def _inode(local_port: int, remote_port: int) -> str | None:
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        ports = tuple(int(address.rpartition(":")[2], 16) for address in fields[1:3])
        if ports == (local_port, remote_port):
            return fields[9]
    return None
