"""Work side by side: bounded, in order, and together or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def map_bounded(
    function: Callable[[T], Awaitable[R]], items: Iterable[T], *, limit: int
) -> list[R]:
    """Await ``function`` for every item, for at most ``limit`` items at a time.

    Results come in the order of ``items``. The first failure cancels the calls still under way
    and is raised as itself, not wrapped in an ``ExceptionGroup``, so that error handlers know it.
    Raises ``ValueError`` when ``limit`` is below 1.
    """
    if limit < 1:
        msg = f"limit must be at least 1, not {limit}"
        raise ValueError(msg)
    slots = asyncio.Semaphore(limit)

    async def call(item: T) -> R:
        await slots.acquire()
        result = await function(item)
        slots.release()  # not after a failure, so that nothing new begins then
        return result

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(call(item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
