"""The components of the process live as long as the server serves."""

from asgiref.sync import sync_to_async
from structlog import get_logger
from structlog.typing import FilteringBoundLogger

from .asgi import Application, Receive, Scope, Send
from .components import registry
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
        try:
            await sync_to_async(registry.start)()
        except Exception:
            logger.exception("the service did not start")
            await send({"type": "lifespan.startup.failed"})
            return
        with on_termination(self._announce_stop):
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await sync_to_async(registry.stop)()
        await send({"type": "lifespan.shutdown.complete"})

    def _announce_stop(self) -> None:
        stopping.send(sender=type(self))
