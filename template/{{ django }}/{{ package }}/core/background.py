"""Work that goes on after the answer is sent, and is finished or reported at shutdown.

Tasks are Django's own (https://docs.djangoproject.com/en/stable/topics/tasks/): ``@task`` and
``enqueue``. This backend runs them in threads of this process. Work that must survive the process
belongs into a backend with a queue; the code that enqueues stays as it is.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from traceback import format_exception

import structlog
from django.conf import settings
from django.db import connections
from django.tasks import TaskContext, TaskResult, TaskResultStatus
from django.tasks.backends.immediate import ImmediateBackend
from django.tasks.base import TaskError
from django.tasks.signals import task_enqueued, task_finished, task_started
from django.utils import timezone
from django.utils.json import normalize_json
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
    """Runs tasks as Django's own backend does, but in the background of this process.

    Django's does all of it in one method, from enqueuing to the end.
    """

    def _execute_task(self, task_result: TaskResult) -> None:  # type: ignore[type-arg]
        background.check()  # before anybody is told
        _note(task_result, enqueued_at=timezone.now())
        task_enqueued.send(type(self), task_result=task_result)
        background.run(task_result.task.name, lambda: self._work(task_result))

    def _work(self, result: TaskResult) -> None:  # type: ignore[type-arg]
        now = timezone.now()
        _note(result, status=TaskResultStatus.RUNNING, started_at=now, last_attempted_at=now)
        result.worker_ids.append(self.worker_id)
        task_started.send(type(self), task_result=result)
        task = result.task
        context: list[object] = [TaskContext(task_result=result)] if task.takes_context else []
        try:
            value = normalize_json(task.call(*context, *result.args, **result.kwargs))
        except BaseException as error:  # noqa: BLE001 - the result has it
            name = f"{type(error).__module__}.{type(error).__qualname__}"
            trace = "".join(format_exception(error))
            result.errors.append(TaskError(exception_class_path=name, traceback=trace))
            _note(result, status=TaskResultStatus.FAILED, finished_at=timezone.now())
            task_finished.send(type(self), task_result=result)
        else:
            _note(result, _return_value=value, finished_at=timezone.now())
            _note(result, status=TaskResultStatus.SUCCESSFUL)
            task_finished.send(type(self), task_result=result)


def _note(result: TaskResult, **values: object) -> None:  # type: ignore[type-arg]
    for name, value in values.items():
        object.__setattr__(result, name, value)  # it is frozen, for all but backends
