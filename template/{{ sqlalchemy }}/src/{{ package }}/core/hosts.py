"""The hosts that the service answers for."""

from collections.abc import Collection


class AllowedHosts:
    """Names that ``Host`` may have; one that begins with ``*.`` stands for all names below it."""

    def __init__(self, names: Collection[str]) -> None:
        self._exact = {name.lower() for name in names if not name.startswith("*.")}
        self._suffixes = tuple(name[1:].lower() for name in names if name.startswith("*."))

    def __contains__(self, host: str) -> bool:
        """Whether ``host``, with a port or without one (RFC 9110, section 7.2), is among them."""
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host.lower()
        return name in self._exact or name.endswith(self._suffixes)
