"""State as a Django application."""

from django.apps import AppConfig


class StateConfig(AppConfig):
    """Registers the watcher that brings in the changes of other processes."""

    name = f"{__package__}"
    label = "state"
    verbose_name = "Shared state"

    def ready(self) -> None:
        """Register it, and let subscribers hear of changes."""
        from ..core.components import registry  # noqa: PLC0415 - applications are loaded by now
        from .watcher import StateWatcher  # noqa: PLC0415

        registry.add(StateWatcher())
