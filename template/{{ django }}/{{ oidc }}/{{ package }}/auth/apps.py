"""Authentication of API callers as a Django application."""

from django.apps import AppConfig


class AuthConfig(AppConfig):
    """Not to be confused with Django's own application called ``auth``, which it builds on."""

    name = f"{__package__}"
    label = "callers"
    verbose_name = "Callers of the API"

    def ready(self) -> None:
        """Make the OpenID provider known: it is asked when it is first needed."""
        from ..core.components import registry  # noqa: PLC0415 - applications are loaded by now
        from .provider import provider  # noqa: PLC0415

        registry.add(provider)
