"""What is sent when something happens to the state."""

from django.dispatch import Signal

state_changed = Signal()
"""A key has a new ``entry``: sent after the commit in the process that made the change, and a
moment later, perhaps more than once, in every other process that has subscribers for the key. A
receiver that fails is logged, and disturbs nobody else."""
