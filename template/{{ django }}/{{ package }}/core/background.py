"""Work that goes on after the answer is sent, and is finished or reported at shutdown.

Tasks are Django's own (https://docs.djangoproject.com/en/stable/topics/tasks/): ``@task`` and
``enqueue``. This backend runs them in threads of this process. Work that must survive the process
belongs into a backend with a queue; the code that enqueues stays as it is.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context

import structlog
from django.conf import settings
from django.db import connections
from django.tasks import TaskResult
from django.tasks.backends.immediate import ImmediateBackend
from structlog.typing import FilteringBoundLogger

from .metrics import measured
from .request_threads import RequestThreads

logger: FilteringBoundLogger = structlog.get_logger()

THREADS = 4


class BackgroundTasks:
    """Component that owns the threads.

    At shutdown tasks get half of ``SHUTDOWN_TIMEOUT`` to finish; the names of those that are still
    running or waiting then are logged, and they do not keep the process from ending.
    """

    name = "background"

    def __init__(self) -> None:
        self._pool: RequestThreads | None = None
        self._tasks: dict[Future[None], str] = {}

    def start(self) -> None:
        self._pool = RequestThreads(THREADS)

    def stop(self) -> None:
        self._pool = None
        _, unfinished = wait(list(self._tasks), timeout=settings.SHUTDOWN_TIMEOUT / 2)
        for task in unfinished:
            task.cancel()
            logger.error("background task cut off", task=self._tasks.get(task))

    def check(self) -> None:
        if self._pool is None:
            msg = "no background work is taken"
            raise RuntimeError(msg)

    def run(self, name: str, work: Callable[[], object]) -> None:
        """Start ``work`` and return at once; a failure is logged under ``name``.

        Context variables, the request id among them, follow the work into its log lines. Raises
        ``RuntimeError`` while the component is not running.
        """
        if self._pool is None:
            msg = f"{name!r} cannot start: the service is not running"
            raise RuntimeError(msg)
        task = self._pool.submit(copy_context().run, _report, name, work)
        self._tasks[task] = name
        task.add_done_callback(lambda done: self._tasks.pop(done, None))


def _report(name: str, work: Callable[[], object]) -> None:
    try:
        with measured(name):
            work()
    except Exception:
        logger.exception("background task failed", task=name)
    finally:
        connections.close_all()


background = BackgroundTasks()
"""The background work of this process."""


class ThreadBackend(ImmediateBackend):
    """Runs tasks as Django's own backend does, but in the background of this process."""

    def _execute_task(self, task_result: TaskResult) -> None:  # type: ignore[type-arg]
        execute = super()._execute_task  # type: ignore[misc] # no stub has it
        background.run(task_result.task.name, lambda: execute(task_result))
