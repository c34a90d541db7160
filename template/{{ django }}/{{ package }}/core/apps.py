"""The patterns as a Django application: it brings commands, and the components of every service."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the database, the cache and the flags, which everything else builds on."""

    name = f"{__package__}"
    label = "core"

    def ready(self) -> None:
        """Register them: they are started by the server, not by commands."""
        from .background import background  # noqa: PLC0415 - applications are loaded by now
        from .cache import cache  # noqa: PLC0415
        from .components import registry  # noqa: PLC0415
        from .flags import flags  # noqa: PLC0415
        from .persistence import Database  # noqa: PLC0415

        registry.add(Database(), required=True)
        registry.add(cache)
        registry.add(flags)
        registry.add(background, last=True)
        flags.start()  # commands and the shell ask for them too
