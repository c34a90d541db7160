"""How far a long run is: a line each minute, for who reads a log as it grows."""

import time
from collections.abc import Callable

import pytest

INTERVAL = 60.0


class Progress:
    """Counts tests as they end; says how many of all, for how long, and how many failed.

    A run that is over within a minute says nothing. `say` takes a line, `clock` tells seconds.
    """

    def __init__(
        self,
        session: pytest.Session,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._say = say
        self._clock = clock
        self._start = self._said = clock()
        self._ended = 0
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a part of a test; the last is its teardown."""
        if report.failed:
            self._failed.add(report.nodeid)
        if report.when != "teardown":
            return
        self._ended += 1
        now = self._clock()
        if now - self._said >= INTERVAL:
            self._said = now
            self._say(
                f"{self._ended} of {self._session.testscollected} tests, "
                f"{now - self._start:.0f} s, {len(self._failed)} failed"
            )
