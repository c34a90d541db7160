"""gunicorn's threaded worker and its log, made to fit this service."""

import struct
import sys
from concurrent.futures import Executor
from socket import SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, socket
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from gunicorn.http import message  # type: ignore[import-untyped]
from gunicorn.http.errors import (  # type: ignore[import-untyped]
    InvalidHeader,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from .request_threads import RequestThreads
from .signals import stopping

# gunicorn itself takes no more than 8190 bytes, which a search in another script is soon over: each
# of its characters is nine of them.
MAX_REQUEST_LINE = 2**16
message.MAX_REQUEST_LINE = MAX_REQUEST_LINE
# So many seconds a caller may send nothing of what was announced, or take nothing of the answer.
# gunicorn has no limit, and each of them keeps a thread.
PATIENCE = 30


class ServiceWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Ends event streams when told to stop, and stops the components after the last answer.

    Callers who stall are let go.
    """

    wsgi: Flask

    def get_thread_pool(self) -> Executor:
        """Return threads that do not keep the process from ending when one of them hangs."""
        return RequestThreads(self.cfg.threads)

    def handle(self, conn: Any) -> Any:  # noqa: ANN401 - gunicorn has no types
        for option in (SO_RCVTIMEO, SO_SNDTIMEO):
            conn.sock.setsockopt(SOL_SOCKET, option, struct.pack("ll", PATIENCE, 0))
        return super().handle(conn)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if hasattr(self, "wsgi"):  # else it has not begun yet
            stopping.send(self.wsgi)
        super().handle_exit(sig, frame)

    def handle_error(self, req: object, client: socket, addr: object, exc: Exception) -> None:
        # gunicorn would say that the mistake is on this side (501).
        if isinstance(exc, UnsupportedTransferCoding):
            exc = InvalidHeader("Transfer-Encoding")
        super().handle_error(req, client, addr, exc)

    def run(self) -> None:
        # The process that watches over this one waits twice as long: components stop too.
        self.cfg.set("graceful_timeout", self.cfg.graceful_timeout // 2)
        try:
            super().run()
        finally:
            self.wsgi.extensions["components"].stop()


class ServerLogger(Logger):  # type: ignore[misc] # gunicorn has no types
    """Sends what gunicorn says the way of all other log lines."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        if isinstance(sys.exception(), BlockingIOError):  # whoever stalls is no failure of ours
            self.debug("A caller stalled.")
        else:
            super().exception(msg, *args, **kwargs)

    def access(self, *_: Any) -> None:  # noqa: ANN401 - as gunicorn has it
        """The service logs requests itself."""
