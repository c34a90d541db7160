"""Feature flags, declared in one place and evaluated through OpenFeature.

The provider that answers can be exchanged for any OpenFeature provider without touching the code
that asks (https://openfeature.dev).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider

from .errors import NotFoundError


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

    def __init__(self, declared: Sequence[Flag], overrides: Mapping[str, bool]) -> None:
        """``overrides`` replaces defaults; raises ``UnknownFlagError`` for one not declared."""
        self._values = {flag.name: flag.default for flag in declared}
        for name, value in overrides.items():
            self._check_declared(name)
            self._values[name] = value
        # A domain of its own, so that two applications in one process do not share answers.
        self._domain = f"flags-{uuid4()}"
        self._client = api.get_client(self._domain)

    async def start(self) -> None:
        flags = {
            name: InMemoryFlag("on" if value else "off", {"on": True, "off": False})
            for name, value in self._values.items()
        }
        api.set_provider_and_wait(InMemoryProvider(flags), self._domain)

    async def stop(self) -> None:
        """The provider keeps nothing that would have to be given back."""

    async def check(self) -> None:
        """The flags are in memory."""

    async def enabled(self, name: str, *, subject: str | None = None) -> bool:
        """Whether the flag is on for ``subject``, the caller's name if there is one.

        Where the provider has no answer, as before the component starts, it is as declared.
        Raises ``UnknownFlagError`` when it is not declared.
        """
        self._check_declared(name)
        context = EvaluationContext(targeting_key=subject)
        return await self._client.get_boolean_value_async(
            name, default_value=self._values[name], evaluation_context=context
        )

    async def require(self, name: str) -> None:
        """Raise ``NotFoundError`` while the flag is off: what belongs to it is not there.

        It is off or on for everybody: who is asking is not told here.
        """
        if not await self.enabled(name):
            msg = "This feature is switched off."
            raise NotFoundError(msg)

    async def all(self, *, subject: str | None = None) -> dict[str, bool]:
        """Every declared flag as evaluated for ``subject``."""
        return {name: await self.enabled(name, subject=subject) for name in self._values}

    def _check_declared(self, name: str) -> None:
        if name not in self._values:
            raise UnknownFlagError(name, list(self._values))
