"""Feature flags, declared in ``settings.FEATURE_FLAGS`` and evaluated through OpenFeature.

The provider that answers can be exchanged for any OpenFeature provider without touching the code
that asks (https://openfeature.dev).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider


@dataclass(frozen=True, slots=True)
class Flag:
    """A switch that somebody is responsible for, until it is removed again."""

    name: str
    owner: str
    description: str
    default: bool = False


class UnknownFlagError(LookupError):
    """The code, or the configuration, names a flag that is not declared."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no flag {name!r}; declared: {', '.join(known) or 'none'}")


class FeatureFlags:
    """Component that evaluates the declared flags."""

    name = "flags"

    def __init__(self, domain: str = "flags") -> None:
        """``domain`` tells these answers from those of others in the same process."""
        self._domain = domain
        self._client = api.get_client(domain)
        self._values: dict[str, bool] = {}

    def start(self) -> None:
        """Set the provider up.

        ``settings.FLAG_OVERRIDES`` replaces defaults; raises ``UnknownFlagError`` for one that is
        not declared.
        """
        self._values = {flag.name: flag.default for flag in settings.FEATURE_FLAGS}
        for name, value in settings.FLAG_OVERRIDES.items():
            self._require(name)
            self._values[name] = value
        flags = {
            name: InMemoryFlag("on" if value else "off", {"on": True, "off": False})
            for name, value in self._values.items()
        }
        api.set_provider_and_wait(InMemoryProvider(flags), self._domain)

    def stop(self) -> None:
        """The provider keeps nothing that would have to be given back."""

    def check(self) -> None:
        """The flags are in memory."""

    def enabled(self, name: str, *, subject: str | None = None) -> bool:
        """Whether the flag is on for ``subject``, the caller's name if there is one.

        Raises ``UnknownFlagError`` when it is not declared.
        """
        self._require(name)
        context = EvaluationContext(targeting_key=subject)
        return self._client.get_boolean_value(name, False, evaluation_context=context)  # noqa: FBT003

    def all(self, *, subject: str | None = None) -> dict[str, bool]:
        """Every declared flag as evaluated for ``subject``."""
        return {name: self.enabled(name, subject=subject) for name in self._values}

    def _require(self, name: str) -> None:
        if name not in self._values:
            raise UnknownFlagError(name, list(self._values))


flags = FeatureFlags()
"""The flags of this process."""
