"""Work that goes on after the answer is sent, and is finished or reported at shutdown."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger

from .metrics import measured

logger: FilteringBoundLogger = structlog.get_logger()


class BackgroundTasks:
    """Component that owns tasks nobody waits for.

    They live in this process: at shutdown they get ``grace`` seconds to finish; what is still
    running then is cancelled and its name logged, and has a second to clean up. Work that must
    survive the process belongs into the database, or into a queue with workers of its own.
    """

    name = "background"

    def __init__(self, *, grace: float = 5) -> None:
        self._grace = grace
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self) -> None:
        self._stopping = False

    async def stop(self) -> None:
        self._stopping = True
        if not self._tasks:
            return
        _, unfinished = await asyncio.wait(self._tasks, timeout=self._grace)
        for task in unfinished:
            task.cancel()
            logger.error("background task cut off", task=task.get_name())
        if unfinished:
            await asyncio.wait(unfinished, timeout=1)

    async def check(self) -> None:
        if self._stopping:
            msg = "no background work is taken any more"
            raise RuntimeError(msg)

    def run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Start ``work`` and return at once; a failure is logged under ``name``.

        The name is a label of its metrics too, so it must not differ from call to call.
        Context variables, the request id among them, follow the work into its log lines. Raises
        ``RuntimeError`` once the component is stopping.
        """
        if self._stopping:
            work.close()
            msg = f"too late to start {name!r}: the service is stopping"
            raise RuntimeError(msg)
        task = asyncio.create_task(_report(name, work), name=name)
        # The event loop keeps only weak references to tasks.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _report(name: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        with measured(name):
            await work
    except Exception:
        logger.exception("background task failed", task=name)
