"""Work side by side: bounded, in order, and together or not at all."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
R = TypeVar("R")


def map_bounded(function: Callable[[T], R], items: Iterable[T], *, limit: int) -> list[R]:
    """Call ``function`` for every item, in at most ``limit`` threads at a time.

    Results come in the order of ``items``. The first failure, in that order, is raised as itself;
    what has not begun by then never does. Each call sees the caller's context, the request id
    among it, and gives its database connections back. One that hangs does not keep the process
    from ending. Raises ``ValueError`` when ``limit`` is below 1.
    """
    if limit < 1:
        msg = f"limit must be at least 1, not {limit}"
        raise ValueError(msg)

    def call(item: T) -> R:
        try:
            return function(item)
        finally:
            connections.close_all()

    calls = [(Future[R](), copy_context(), item) for item in items]
    waiting = deque(calls)

    def work() -> None:
        with suppress(IndexError):  # nothing is waiting any more
            while True:
                outcome, context, item = waiting.popleft()
                try:
                    outcome.set_result(context.run(call, item))
                except BaseException as error:  # noqa: BLE001 - whoever waits is to have it
                    outcome.set_exception(error)

    # The end of the process would wait for the threads of a standard pool.
    threads = [Thread(target=work, name="map-bounded", daemon=True) for _ in calls[:limit]]
    for thread in threads:
        thread.start()
    try:
        return [outcome.result() for outcome, _, _ in calls]
    finally:
        waiting.clear()
        for thread in threads:
            thread.join()
