"""Blinker signals: what is sent when something happens to the service."""

from blinker import Namespace

signals = Namespace()

state_changed = signals.signal("state-changed")
"""A key has a new ``entry``: sent by the store of an application, after the commit in the process
that made the change, and a moment later, perhaps more than once, in every other process that has
subscribers for the key."""

stopping = signals.signal("stopping")
"""The server was told to stop and waits for open answers: those without an end must end now. Sent
by the application."""
