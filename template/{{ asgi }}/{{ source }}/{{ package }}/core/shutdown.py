"""The moment the process is told to stop, before the server waits for what is under way."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_termination(callback: Callable[[], None]) -> Iterator[None]:
    """Call ``callback`` in the running event loop at SIGTERM and SIGINT, while the block runs.

    Whatever handled the signals before goes on to handle them. A server stops the application only
    after the last answer is complete, so an answer without an end has to be told to end. Outside
    the main thread, where Python takes no signals, nothing is called.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        earlier = before[signal.Signals(number)]
        if callable(earlier):
            earlier(number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, earlier in before.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, earlier)
