"""Work side by side: bounded, in order, and together or not at all."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from flask import Flask, current_app

T = TypeVar("T")
R = TypeVar("R")


def map_bounded(function: Callable[[T], R], items: Iterable[T], *, limit: int) -> list[R]:
    """Call ``function`` for every item, in at most ``limit`` threads at a time.

    Results come in the order of ``items``. The first failure, in that order, is raised as itself;
    what has not begun by then never does. Each call sees the caller's context variables, the
    request id among them, and works in an application context of its own, since threads cannot
    share a database session. Raises ``ValueError`` when ``limit`` is below 1.
    """
    if limit < 1:
        msg = f"limit must be at least 1, not {limit}"
        raise ValueError(msg)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001

    def call(item: T) -> R:
        with app.app_context():
            return function(item)

    pool = ThreadPoolExecutor(limit, "map-bounded")
    try:
        calls = [pool.submit(copy_context().run, call, item) for item in items]
        return [running.result() for running in calls]
    finally:
        pool.shutdown(cancel_futures=True)
