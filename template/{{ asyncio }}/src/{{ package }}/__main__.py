"""Serve in production style: ``python -m`` and the name of the package."""

import logging
import os
import signal
import socket
import sys
import tempfile
from typing import NoReturn

import uvicorn

from .core.logging import configure_logging
from .settings import Settings, settings_or_exit


def serve(settings: Settings) -> None:
    """Serve until told to stop: SIGTERM finishes the requests in flight, for a bounded time."""
    uvicorn.run(
        f"{__package__}.main:app",
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_graceful_shutdown=settings.shutdown_timeout,
        ws="none",  # a request for a WebSocket is answered as any other
        log_config=None,
        access_log=False,
        server_header=False,
    )


def main() -> None:
    """Serve as the environment says."""
    settings = settings_or_exit()
    # The process that watches over several workers never sees the application, and logs too.
    configure_logging(settings.log_level, settings.log_format)
    # uvicorn stops in good order, then raises the signal once more for whoever handled it before.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    _require_free_port(settings)
    if settings.workers == 1:
        serve(settings)
        return
    with tempfile.TemporaryDirectory(prefix="metrics-") as directory:
        # Read when prometheus_client is imported, which the worker processes do for themselves.
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", directory)
        serve(settings)


def end(*_: object) -> NoReturn:
    """End the process now: Python would wait for threads that run on, for ever if one hangs."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _require_free_port(settings: Settings) -> None:
    """End the process with one line when nothing can be served there; uvicorn would need seven."""
    try:
        family, *_ = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python repeats the address
        sentence = f"Cannot listen on {settings.host}:{settings.port}: {reason}."
        raise SystemExit(sentence) from None


if __name__ == "__main__":
    main()
