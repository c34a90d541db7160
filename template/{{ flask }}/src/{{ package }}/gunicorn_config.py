"""How gunicorn serves: ``gunicorn --config python:`` and the name of this module."""

import logging
import os
import shutil
import socket
import tempfile
from contextlib import ExitStack
from typing import Any

from .core.logging import configure_logging
from .settings import settings_or_exit

# Threads of each process: event streams keep one each (``MOST_STREAMS`` in core/subscriptions.py).
FOR_REQUESTS = 40
FOR_STREAMS = 64
# Set when systemd, or the gunicorn that this one takes over from, listens there already.
HANDED_OVER = {"GUNICORN_FD", "LISTEN_FDS"}

settings = settings_or_exit()
leftovers = ExitStack()
configure_logging(settings.log_level, settings.log_format)
logging.getLogger("alembic").setLevel(logging.WARNING)  # it lists its plug-ins

wsgi_app = f"{__package__}.wsgi:app"
host = f"[{settings.host}]" if ":" in settings.host else settings.host
bind = f"{host}:{settings.port}"
workers = settings.workers
worker_class = f"{__package__}.core.server.ServiceWorker"
logger_class = f"{__package__}.core.server.ServerLogger"
loglevel = settings.log_level
threads = FOR_REQUESTS + FOR_STREAMS
keepalive = 5
limit_request_line = 2**16  # see core/server.py
graceful_timeout = 2 * settings.shutdown_timeout
control_socket_disable = True  # it would lie in the home directory, which a container may not have


def on_starting(server: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    """Refuse a port that is taken in one sentence, and let several processes count together."""
    if bind in server.cfg.bind and not HANDED_OVER & os.environ.keys():
        _require_free_port()
    if server.cfg.workers > 1 and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="metrics-")
        leftovers.callback(shutil.rmtree, folder, ignore_errors=True)
        # Read when prometheus_client is imported, which the worker processes do for themselves.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def on_exit(server: Any) -> None:  # noqa: ANN401
    """Leave nothing behind."""
    del server
    leftovers.close()


def _require_free_port() -> None:
    """End the process with one line when nothing can be served there."""
    try:
        family, *_ = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python repeats the address
        sentence = f"Cannot listen on {settings.host}:{settings.port}: {reason}."
        raise SystemExit(sentence) from None
