"""The exchange-rate service as a Django application."""

from django.apps import AppConfig


class RatesConfig(AppConfig):
    """Registers the client of the service."""

    name = f"{__package__}"
    label = "rates"

    def ready(self) -> None:
        """Make it from the settings: connections are opened when they are first needed."""
        from ..core.components import registry  # noqa: PLC0415 - applications are loaded by now
        from .client import client  # noqa: PLC0415

        registry.add(client)
