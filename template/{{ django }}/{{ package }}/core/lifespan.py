"""The components of the process live as long as the server serves."""

import asyncio

from structlog import get_logger
from structlog.typing import FilteringBoundLogger

from .asgi import Application, Receive, Scope, Send
from .components import registry
from .request_threads import RequestThreads
from .shutdown import on_termination
from .signals import stopping

logger: FilteringBoundLogger = get_logger()


class Lifespan:
    """Starts the components before the first request and stops them after the last one.

    Django does not know the part of ASGI by which a server says so.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._application(scope, receive, send)
            return
        await receive()
        loop, thread = asyncio.get_running_loop(), RequestThreads(1)
        try:
            await loop.run_in_executor(thread, registry.start)
        except Exception:
            logger.exception("the service did not start")
            await send({"type": "lifespan.startup.failed"})
            return
        with on_termination(self._announce_stop):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await loop.run_in_executor(thread, registry.stop)
        await send({"type": "lifespan.shutdown.complete"})

    def _announce_stop(self) -> None:
        stopping.send(sender=type(self))
