"""What is sent when something happens to the service."""

from django.dispatch import Signal

stopping = Signal()
"""The server was told to stop and waits for open answers: those without an end must end now. Sent
on the event loop."""
