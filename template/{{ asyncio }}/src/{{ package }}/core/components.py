"""Parts of the service with a lifetime: started in order, stopped in reverse, watched between."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import structlog
from structlog.typing import FilteringBoundLogger

logger: FilteringBoundLogger = structlog.get_logger()


class Component(Protocol):
    """What the registry asks of a part of the service."""

    @property
    def name(self) -> str:
        """A name that no other component has."""
        ...

    async def start(self) -> None:
        """Get ready to work, or raise."""

    async def stop(self) -> None:
        """Finish what is under way and let go of everything."""

    async def check(self) -> None:
        """Raise when the component cannot do its work now."""


C = TypeVar("C", bound=Component)


class Health(StrEnum):
    """How a component is."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


class ComponentRegistry:
    """The components of a service, in the order in which they depend on each other.

    As an asynchronous context manager it starts them first to last on entry and stops them last
    to first on exit. When one fails to start, those that had started are stopped and the error
    goes on. An error while stopping is logged and does not keep the others from stopping.
    """

    def __init__(self, *, check_timeout: float = 2, stop_timeout: float = 10) -> None:
        """``check_timeout`` and ``stop_timeout`` bound one component's check and stop (seconds)."""
        self._check_timeout = check_timeout
        self._stop_timeout = stop_timeout
        self._components: list[tuple[Component, bool]] = []
        self._started: list[Component] = []

    def add(self, component: C, *, required: bool = False) -> C:
        """Add ``component`` and return it.

        The service is unavailable without a ``required`` component and degraded without another.
        Raises ``ValueError`` when a component of that name is there already.
        """
        if any(known.name == component.name for known, _ in self._components):
            msg = f"there are two components called {component.name!r}"
            raise ValueError(msg)
        self._components.append((component, required))
        return component

    async def __aenter__(self) -> Self:
        try:
            for component, _ in self._components:
                await component.start()
                self._started.append(component)
                logger.debug("component started", component=component.name)
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        while self._started:
            component = self._started.pop()
            try:
                async with asyncio.timeout(self._stop_timeout):
                    await component.stop()
            except Exception:
                logger.exception("component did not stop", component=component.name)
            else:
                logger.debug("component stopped", component=component.name)

    async def health(self) -> dict[str, Health]:
        """Check all components side by side, for at most ``check_timeout`` seconds.

        A check that does not heed its cancellation then is not waited for.
        """
        checks = {
            component.name: asyncio.create_task(_works(component))
            for component, _ in self._components
        }
        try:
            done, late = await asyncio.wait(checks.values(), timeout=self._check_timeout)
        finally:
            for check in checks.values():
                check.cancel()
        health = {}
        for component, required in self._components:
            check = checks[component.name]
            if check in late:
                logger.warning("component unhealthy", component=component.name, error="no answer")
            if check in done and check.result():
                health[component.name] = Health.OK
            else:
                health[component.name] = Health.UNAVAILABLE if required else Health.DEGRADED
        return health


async def _works(component: Component) -> bool:
    try:
        await component.check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the component does not work
        logger.warning("component unhealthy", component=component.name, error=repr(error))
        return False
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One component's part in an operation, and how to take it back."""

    name: str
    action: Callable[[], Awaitable[Any]]
    undo: Callable[[], Awaitable[Any]] | None = None


async def coordinate(*steps: Step) -> list[Any]:
    """Run steps that belong together, one after the other, and return their results.

    When a step fails, or the caller is cancelled, those before it are undone, last to first, and
    the error goes on. An undo that fails is logged and does not keep the others from running.
    """
    results: list[Any] = []
    for number, step in enumerate(steps):
        try:
            results.append(await step.action())
        except BaseException:
            # Shielded, so that a caller who goes away cannot leave half an operation behind.
            await asyncio.shield(_undo(steps[:number]))
            raise
    return results


async def _undo(done: tuple[Step, ...]) -> None:
    for step in reversed(done):
        if step.undo is not None:
            try:
                await step.undo()
            except Exception:
                logger.exception("undo failed", step=step.name)
