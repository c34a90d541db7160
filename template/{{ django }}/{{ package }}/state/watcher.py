"""Changes of state that other processes made, found by asking the database."""

from threading import Event, Thread

import structlog
from django.conf import settings
from django.db import connection
from structlog.typing import FilteringBoundLogger

from .models import Entry
from .signals import state_changed
from .subscriptions import subscriptions

logger: FilteringBoundLogger = structlog.get_logger()


class StateWatcher:
    """Component that sends ``state_changed`` for the changes of other processes.

    Only keys that somebody follows are asked for, every ``settings.STATE_POLL_INTERVAL`` seconds.
    """

    name = "state"

    def __init__(self) -> None:
        self._stopping = Event()
        self._thread: Thread | None = None
        self._seen: dict[str, int] = {}

    def start(self) -> None:
        self._stopping.clear()
        self._thread = Thread(target=self._watch, name="state watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def check(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            msg = "the state watcher is not running"
            raise RuntimeError(msg)

    def look(self) -> None:
        """Send a signal for each entry that somebody follows and that has a newer version."""
        followed = Entry.objects.filter(pk__in=subscriptions.keys)
        versions = dict(followed.values_list("pk", "version"))
        newer = [key for key, version in versions.items() if version > self._seen.get(key, 0)]
        for entry in Entry.objects.filter(pk__in=newer):
            state_changed.send_robust(sender=Entry, entry=entry)
        self._seen = versions

    def _watch(self) -> None:
        while not self._stopping.wait(settings.STATE_POLL_INTERVAL):
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the next round may work
                logger.warning("state watcher failed", error=repr(error))
            finally:
                connection.close()
