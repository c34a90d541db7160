"""Serve in production style, or with reload."""

import os
import signal
import socket
import sys
import tempfile
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Serves on ``HOST``:``PORT`` with ``WORKERS`` processes until told to stop.

    SIGTERM finishes the requests in flight, for ``SHUTDOWN_TIMEOUT`` seconds at most. Django's own
    ``runserver`` knows no event streams.
    """

    help = "Serves in production style, as HOST, PORT and WORKERS say."
    requires_system_checks = ()  # a test makes them; each start need not

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reload", action="store_true", help="Start again when a file has changed."
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        reload: bool = options["reload"]
        # uvicorn stops in good order, then raises the signal again for whoever handled it before.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: sys.exit(0))
        _require_free_port()
        if reload or settings.WORKERS == 1:
            _serve(reload=reload)
            return
        with tempfile.TemporaryDirectory(prefix="metrics-") as directory:
            # Read when prometheus_client is imported, which the worker processes do for themselves.
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", directory)
            _serve(workers=settings.WORKERS)


def _serve(**options: Any) -> None:  # noqa: ANN401 - of uvicorn
    uvicorn.run(
        settings.ASGI_APPLICATION.replace(".application", ":application"),
        host=settings.HOST,
        port=settings.PORT,
        timeout_graceful_shutdown=settings.SHUTDOWN_TIMEOUT,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",  # Django has no answer to a WebSocket; this way it is one more request
        **options,
    )


def _require_free_port() -> None:
    """Raise ``CommandError`` when nothing can be served there; uvicorn would need seven lines."""
    address = (settings.HOST, settings.PORT)
    try:
        family, *_ = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        socket.create_server(address, family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python repeats the address
        msg = f"Cannot listen on {settings.HOST}:{settings.PORT}: {reason}."
        raise CommandError(msg) from None
