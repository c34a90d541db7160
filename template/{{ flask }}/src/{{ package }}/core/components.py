"""Parts of the service with a lifetime: started in order, stopped in reverse, watched between."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from enum import StrEnum
from threading import Thread
from typing import Any, Protocol, TypeVar

import structlog
from flask import Flask
from structlog.typing import FilteringBoundLogger

from .request_threads import RequestThreads

logger: FilteringBoundLogger = structlog.get_logger()

MOST_CHECKS = 64


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

    Started first to last, stopped last to first. When one fails to start, those that had started
    are stopped and the error goes on. An error while stopping is logged and does not keep the
    others from stopping. Each works in a context of the application.
    """

    def __init__(self, app: Flask, *, check_timeout: float = 2, stop_timeout: float = 10) -> None:
        """All checks end within ``check_timeout`` seconds, one stop within ``stop_timeout``."""
        self._app = app
        self._check_timeout = check_timeout
        self._stop_timeout = stop_timeout
        self._components: list[tuple[Component, bool]] = []
        self._started: list[Component] = []
        # What hangs in them is not waited for, also when the process ends.
        self._checking = RequestThreads(MOST_CHECKS)

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

    def start(self) -> None:
        """Start all of them."""
        try:
            for component, _ in self._components:
                with self._app.app_context():
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
            with self._app.app_context():
                component.stop()
        except Exception:
            logger.exception("component did not stop", component=component.name)
        else:
            logger.debug("component stopped", component=component.name)

    def health(self) -> dict[str, Health]:
        """Check all components side by side, for at most ``check_timeout`` seconds."""
        checks = [
            self._checking.submit(self._check, component) for component, _ in self._components
        ]
        wait(checks, self._check_timeout)
        return {
            component.name: self._judge(component, required, check)
            for (component, required), check in zip(self._components, checks, strict=True)
        }

    def _check(self, component: Component) -> None:
        with self._app.app_context():
            component.check()

    @staticmethod
    def _judge(component: Component, required: bool, check: Future[None]) -> Health:  # noqa: FBT001
        try:
            check.result(timeout=0)
        except Exception as error:  # noqa: BLE001 - whatever it is, the component does not work
            logger.warning("component unhealthy", component=component.name, error=repr(error))
            return Health.UNAVAILABLE if required else Health.DEGRADED
        return Health.OK


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
