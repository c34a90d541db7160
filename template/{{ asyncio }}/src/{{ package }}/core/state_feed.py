"""Changes of state that other processes made, found by asking the database."""

import asyncio

import structlog
from structlog.typing import FilteringBoundLogger

from .state import StateStore

logger: FilteringBoundLogger = structlog.get_logger()


class StateFeed:
    """Component that delivers the changes of other processes to this one's subscribers.

    Only keys that somebody is subscribed to are asked for, every ``interval`` seconds, and only
    values that have changed.
    """

    name = "state"

    def __init__(self, store: StateStore, *, interval: float = 0.5) -> None:
        self._store = store
        self._interval = interval
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._delivered: dict[str, int] = {}

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._poll(), name="state feed")

    async def stop(self) -> None:
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def check(self) -> None:
        if self._task is None or self._task.done():
            msg = "the state feed is not running"
            raise RuntimeError(msg)

    async def _poll(self) -> None:
        # Being cancelled is not enough: a driver that waits with ``asyncio.wait_for`` loses it at
        # times (https://github.com/python/cpython/issues/86296, mended in Python 3.12).
        while not self._stopping:
            await asyncio.sleep(self._interval)
            try:
                await self._deliver_changes()
            except Exception as error:  # noqa: BLE001 - the next round may work
                logger.warning("state feed failed", error=repr(error))

    async def _deliver_changes(self) -> None:
        keys = list(self._store.watched_keys)
        versions = await self._store.get_versions(keys) if keys else {}
        changed = [key for key, version in versions.items() if self._delivered.get(key) != version]
        if changed:
            for entry in await self._store.get_many(changed):
                self._store.deliver(entry)
        self._delivered = versions
