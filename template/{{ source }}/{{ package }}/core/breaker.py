"""A circuit breaker: what fails again and again is left alone for a while.

See Michael Nygard, *Release It!*, chapter "Stability Patterns".
"""

import threading
import time
from collections.abc import Callable
from enum import Enum, StrEnum, auto


class BreakerState(StrEnum):
    """Where the breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Permit(Enum):
    """Leave to make one call, given back with the call's outcome."""

    CALL = auto()
    PROBE = auto()


class CircuitBreaker:
    """Opens after ``threshold`` failures in a row; after ``reset`` seconds one call may probe.

    Every permit must be given back in exactly one of ``succeeded``, ``failed`` and ``abandoned``.
    Once the breaker is open only the probe's outcome counts: calls that began before tell nothing
    new. Safe to use from several threads.
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
        opened_at = self._opened_at  # read once: another thread may close the breaker meanwhile
        if opened_at is None:
            return BreakerState.CLOSED
        if self._clock() - opened_at < self._reset:
            return BreakerState.OPEN
        return BreakerState.HALF_OPEN

    def allow(self) -> Permit | None:
        """Return leave to make a call now, or ``None``; half-open, one call at a time has leave."""
        with self._lock:
            state = self.state
            if state is BreakerState.CLOSED:
                return Permit.CALL
            if state is BreakerState.OPEN or self._probing:
                return None
            self._probing = True
            return Permit.PROBE

    def succeeded(self, permit: Permit) -> None:
        """Report that the call worked: the breaker closes."""
        with self._lock:
            if self._take_back(permit):
                self._failures = 0
                self._opened_at = None

    def failed(self, permit: Permit) -> None:
        """Report that the call failed: the breaker opens at the threshold, or again."""
        with self._lock:
            if self._take_back(permit):
                self._failures += 1
                if self._failures >= self._threshold:
                    self._opened_at = self._clock()

    def abandoned(self, permit: Permit) -> None:
        """Report that the call was given up, which says nothing about the other side."""
        with self._lock:
            self._take_back(permit)

    def _take_back(self, permit: Permit) -> bool:
        """Whether the outcome of this call counts."""
        if permit is Permit.PROBE:
            self._probing = False
            return True
        return self._opened_at is None
