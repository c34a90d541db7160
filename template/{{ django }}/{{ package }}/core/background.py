"""Work that goes on after the answer is sent, and is finished or reported at shutdown.

Tasks are Django's own (https://docs.djangoproject.com/en/stable/topics/tasks/): ``@task`` and
``enqueue``. This backend runs them in threads of this process. Work that must survive the process
belongs into a backend with a queue; the code that enqueues stays as it is.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import Any

import structlog
from django.conf import settings
from django.db import connections
from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.backends.base import BaseTaskBackend
from django.utils import timezone
from django.utils.crypto import get_random_string
from structlog.typing import FilteringBoundLogger

from .metrics import measured

logger: FilteringBoundLogger = structlog.get_logger()

THREADS = 4


class BackgroundTasks:
    """Component that owns the threads.

    At shutdown tasks get half of ``SHUTDOWN_TIMEOUT`` to finish; the names of those that are still
    running or waiting then are logged.
    """

    name = "background"

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._tasks: dict[Future[None], str] = {}

    def start(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, "background")

    def stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        _, unfinished = wait(list(self._tasks), timeout=settings.SHUTDOWN_TIMEOUT / 2)
        for task in unfinished:
            task.cancel()
            logger.error("background task cut off", task=self._tasks.get(task))
        pool.shutdown(wait=False, cancel_futures=True)

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


class ThreadBackend(BaseTaskBackend):
    """Lets ``enqueue`` run a task in the background of this process."""

    def enqueue(  # type: ignore[override] # generic there
        self,
        task: "Task[..., Any]",
        args: list[Any],
        kwargs: dict[str, Any],
    ) -> "TaskResult[..., Any]":
        self.validate_task(task)
        background.run(task.func.__name__, lambda: task.call(*args, **kwargs))
        return TaskResult(
            task=task,
            id=get_random_string(32),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
