"""Changes of state that other processes made, found by asking the database."""

from threading import Event, Thread

import structlog
from flask import Flask
from structlog.typing import FilteringBoundLogger

from .signals import send_robust, state_changed
from .state import StateStore
from .subscriptions import Subscriptions

logger: FilteringBoundLogger = structlog.get_logger()


class StateFeed:
    """Component that sends ``state_changed`` for the changes of other processes.

    Only keys that somebody is subscribed to are asked for, every ``interval`` seconds.
    """

    name = "state"

    def __init__(
        self,
        app: Flask,
        store: StateStore,
        subscriptions: Subscriptions,
        *,
        interval: float = 0.5,
    ) -> None:
        self._app = app
        self._store = store
        self._subscriptions = subscriptions
        self._interval = interval
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = Thread(target=self._watch, name="state feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def check(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            msg = "the state feed is not running"
            raise RuntimeError(msg)

    def look(self) -> None:
        """Send a signal for each entry that somebody follows: subscribers know what is new."""
        if keys := self._subscriptions.keys:
            with self._app.app_context():
                entries = self._store.get_many(keys)
            for entry in entries:
                send_robust(state_changed, self._store, entry=entry)

    def _watch(self) -> None:
        while not self._stopping.wait(self._interval):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the next round may work
                logger.warning("state feed failed", error=repr(error))
