"""Blinker signals: what is sent when something happens to the service."""

from typing import Any

import structlog
from blinker import NamedSignal, Namespace
from structlog.typing import FilteringBoundLogger

logger: FilteringBoundLogger = structlog.get_logger()

signals = Namespace()

state_changed = signals.signal("state-changed")
"""A key has a new ``entry``: sent by the store of an application, after the commit in the process
that made the change, and a moment later, perhaps more than once, in every other process that has
subscribers for the key."""

stopping = signals.signal("stopping")
"""The server was told to stop and waits for open answers: those without an end must end now. Sent
by the application."""


def send_robust(signal: NamedSignal, sender: object, **content: Any) -> None:  # noqa: ANN401
    """Send a signal of what has happened already: a receiver that fails keeps it from no other."""
    for receiver in signal.receivers_for(sender):
        try:
            receiver(sender, **content)
        except Exception:
            logger.exception("receiver failed", signal=signal.name)
