"""A circuit breaker: what fails again and again is left alone for a while.

See Michael Nygard, *Release It!*, chapter "Stability Patterns".
"""

import threading
import time
from collections.abc import Callable
from enum import StrEnum


class BreakerState(StrEnum):
    """Where the breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CircuitBreaker:
    """Opens after ``threshold`` failures in a row; after ``reset`` seconds one call may probe.

    Every call that ``allow`` lets through must end in exactly one of ``succeeded``, ``failed``
    and ``abandoned``. Safe to use from several threads.
    """

    def __init__(
        self, *, threshold: int, reset: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._threshold = threshold
        self._reset = reset
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def state(self) -> BreakerState:
        """The state now; an open breaker is half-open once ``reset`` seconds have passed."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        if self._clock() - self._opened_at < self._reset:
            return BreakerState.OPEN
        return BreakerState.HALF_OPEN

    @property
    def retry_after(self) -> float:
        """Seconds until the next probe; 0 when calls are let through."""
        if self._opened_at is None:
            return 0
        return max(0.0, self._reset - (self._clock() - self._opened_at))

    def allow(self) -> bool:
        """Whether a call may be made now; half-open, only one at a time may."""
        with self._lock:
            state = self.state
            if state is BreakerState.CLOSED:
                return True
            if state is BreakerState.OPEN or self._probing:
                return False
            self._probing = True
            return True

    def succeeded(self) -> None:
        """Report that the call worked: the breaker closes."""
        with self._lock:
            self._failures = 0
            self._opened_at = None
            self._probing = False

    def failed(self) -> None:
        """Report that the call failed: the breaker opens at the threshold, or again."""
        with self._lock:
            self._failures += 1
            if self._probing or self._failures >= self._threshold:
                self._opened_at = self._clock()
            self._probing = False

    def abandoned(self) -> None:
        """Report that the caller went away, which says nothing about the other side."""
        with self._lock:
            self._probing = False
