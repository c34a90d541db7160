"""Work that goes on after the answer is sent, and is finished or reported at shutdown."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from contextvars import copy_context

import structlog
from flask import Flask
from structlog.typing import FilteringBoundLogger

from .metrics import measured
from .request_threads import RequestThreads

logger: FilteringBoundLogger = structlog.get_logger()

THREADS = 4


class BackgroundTasks:
    """Component that owns the threads of work that nobody waits for.

    It lives in this process: at shutdown it gets ``grace`` seconds to finish; the names of what is
    still running or waiting then are logged, and the process ends without it. Work that must
    survive the process belongs into the database, or into a queue with workers of its own.
    """

    name = "background"

    def __init__(self, app: Flask, *, grace: float = 5) -> None:
        self._app = app
        self._grace = grace
        self._pool: Executor | None = None
        self._tasks: dict[Future[None], str] = {}

    def start(self) -> None:
        self._pool = RequestThreads(THREADS)

    def stop(self) -> None:
        self._pool = None
        names = dict(self._tasks)
        _, unfinished = wait(names, timeout=self._grace)
        for task in unfinished:
            task.cancel()
            logger.error("background task cut off", task=names[task])

    def check(self) -> None:
        if self._pool is None:
            msg = "no background work is taken"
            raise RuntimeError(msg)

    def run(self, name: str, work: Callable[[], object]) -> None:
        """Start ``work`` and return at once; a failure is logged under ``name``.

        It has an application context of its own. Context variables, the request id among them,
        follow it into its log lines. Raises ``RuntimeError`` while the component is not running.
        """
        if self._pool is None:
            msg = f"{name!r} cannot start: the service is not running"
            raise RuntimeError(msg)
        task = self._pool.submit(copy_context().run, self._work, name, work)
        self._tasks[task] = name
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    def _work(self, name: str, work: Callable[[], object]) -> None:
        try:
            with self._app.app_context(), measured(name):
                work()
        except Exception:
            logger.exception("background task failed", task=name)
