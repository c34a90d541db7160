"""The threads that answer requests."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from threading import Lock, Semaphore, Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class RequestThreads(Executor):
    """At most ``most`` threads, kept for the next request, that do not keep a process from ending.

    A standard pool is waited for at the end, for ever if one of its threads hangs.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._lock = Lock()
        self._idle = Semaphore(0)
        self._calls = SimpleQueue[tuple[Future[Any], Callable[[], Any]]]()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call ``fn`` in the next thread that is free."""
        future = Future[T]()
        self._calls.put((future, lambda: fn(*args, **kwargs)))
        if not self._idle.acquire(blocking=False):
            self._start_another()
        return future

    def _start_another(self) -> None:
        with self._lock:
            if self._count < self._most:
                self._count += 1
                Thread(target=self._work, name=f"request {self._count}", daemon=True).start()

    def _work(self) -> None:
        while True:
            future, call = self._calls.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 - whoever waits is to have it
                    future.set_exception(error)
            del future, call  # nothing of a request is held until the next one
            self._idle.release()
