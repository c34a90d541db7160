"""Parts of the service with a lifetime: started in order, stopped in reverse, watched between."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from threading import Thread
from typing import Any, Protocol, TypeVar

import structlog
from django.conf import settings
from django.db import connections
from structlog.typing import FilteringBoundLogger

logger: FilteringBoundLogger = structlog.get_logger()


class Component(Protocol):
    """What the registry asks of a part of the service."""

    @property
    def name(self) -> str:
        """A name that no other component has."""
        ...

    def start(self) -> None:
        """Get ready to work, or raise."""

    def stop(self) -> None:
        """Finish what is under way and let go of everything."""

    def check(self) -> None:
        """Raise when the component cannot do its work now."""


C = TypeVar("C", bound=Component)


class Health(StrEnum):
    """How a component is."""

    OK = "ok"
    DEGRADED = "degraded"
    UNAVAILABLE = "unavailable"


class ComponentRegistry:
    """The components of a service, in the order in which they depend on each other.

    Applications add theirs in ``AppConfig.ready``, in the order of ``INSTALLED_APPS``. Started
    first to last, stopped last to first. When one fails to start, those that had started are
    stopped and the error goes on. An error while stopping is logged and does not keep the others
    from stopping.
    """

    def __init__(self, *, check_timeout: float = 2, stop_timeout: float = 10) -> None:
        """``check_timeout`` and ``stop_timeout`` bound one component's check and stop, seconds."""
        self._check_timeout = check_timeout
        self._stop_timeout = stop_timeout
        self._components: list[tuple[Component, bool]] = []
        self._last: list[tuple[Component, bool]] = []
        self._started: list[Component] = []

    def add(self, component: C, *, required: bool = False, last: bool = False) -> C:
        """Add ``component`` and return it.

        The service is unavailable without a ``required`` component and degraded without another.
        One that uses all others, whichever are added later, is the ``last``. Raises ``ValueError``
        when a component of that name is there already.
        """
        if any(known.name == component.name for known, _ in self._all):
            msg = f"there are two components called {component.name!r}"
            raise ValueError(msg)
        (self._last if last else self._components).append((component, required))
        return component

    @property
    def _all(self) -> list[tuple[Component, bool]]:
        return [*self._components, *self._last]

    def start(self) -> None:
        """Start all of them."""
        try:
            for component, _ in self._all:
                component.start()
                self._started.append(component)
                logger.debug("component started", component=component.name)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop those that have started."""
        while self._started:
            component = self._started.pop()
            thread = Thread(target=self._stop, args=[component], daemon=True)
            thread.start()
            thread.join(self._stop_timeout)
            if thread.is_alive():
                logger.error("component did not stop in time", component=component.name)

    def _stop(self, component: Component) -> None:
        try:
            component.stop()
        except Exception:
            logger.exception("component did not stop", component=component.name)
        else:
            logger.debug("component stopped", component=component.name)
        finally:
            connections.close_all()

    def health(self) -> dict[str, Health]:
        """Check all components side by side, each for at most ``check_timeout`` seconds."""
        deadline = time.monotonic() + self._check_timeout
        checks = [(component, required, _check(component)) for component, required in self._all]
        return {
            component.name: self._judge(component, required, outcome, deadline)
            for component, required, outcome in checks
        }

    @staticmethod
    def _judge(
        component: Component,
        required: bool,  # noqa: FBT001
        outcome: Future[None],
        deadline: float,
    ) -> Health:
        try:
            outcome.result(max(0, deadline - time.monotonic()))
        except Exception as error:  # noqa: BLE001 - whatever it is, the component does not work
            logger.warning("component unhealthy", component=component.name, error=repr(error))
            return Health.UNAVAILABLE if required else Health.DEGRADED
        return Health.OK


def _check(component: Component) -> Future[None]:
    """Check a component in a thread of its own; one that hangs is left behind."""
    outcome = Future[None]()

    def check() -> None:
        try:
            component.check()
        except Exception as error:  # noqa: BLE001 - whoever waits is to have it
            outcome.set_exception(error)
        else:
            outcome.set_result(None)
        finally:
            connections.close_all()

    Thread(target=check, name=f"check of {component.name}", daemon=True).start()
    return outcome


@dataclass(frozen=True, slots=True)
class Step:
    """One component's part in an operation, and how to take it back."""

    name: str
    action: Callable[[], Any]
    undo: Callable[[], Any] | None = None


def coordinate(*steps: Step) -> list[Any]:
    """Run steps that belong together, one after the other, and return their results.

    When a step fails those before it are undone, last to first, and the error goes on. An undo
    that fails is logged and does not keep the others from running.
    """
    results: list[Any] = []
    for number, step in enumerate(steps):
        try:
            results.append(step.action())
        except BaseException:
            _undo(steps[:number])
            raise
    return results


def _undo(done: tuple[Step, ...]) -> None:
    for step in reversed(done):
        if step.undo is not None:
            try:
                step.undo()
            except Exception:
                logger.exception("undo failed", step=step.name)


registry = ComponentRegistry(stop_timeout=settings.SHUTDOWN_TIMEOUT)
"""The components of this process."""
