"""How a request goes from the server into Django.

The service runs under an ASGI server: open event streams then cost no threads, slow clients hold
none, and bodies of unannounced length arrive. What answers a request is synchronous all the same,
because most of it talks to the database.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from contextvars import Context, copy_context
from typing import IO, Any
from urllib.parse import quote_from_bytes

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

from .asgi import Receive, Scope, Send
from .request_threads import RequestThreads

ASCII = "".join(map(chr, range(128)))
THREADS = 40
LIVENESS = "/health/live"

_threads = RequestThreads(THREADS)
# Whoever asks whether the process lives does not wait for those who wait for the database.
_liveness_threads = RequestThreads(1)


class ServiceHandler(ASGIHandler):
    """Answers each request in one thread, from the first middleware to the end of the view.

    Django by itself would change between the event loop and a thread several times, and make that
    thread anew for each request: here database connections can outlive one. A thread that hangs
    does not keep the process from ending. Of a body no more is kept than one byte over
    ``settings.DATA_UPLOAD_MAX_MEMORY_SIZE``; the view that reads it then finds it too big.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().load_middleware(is_async=False)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        context = copy_context()
        threads = _liveness_threads if scope["path"] == LIVENESS else _threads
        with closing(body):
            response = await asyncio.get_running_loop().run_in_executor(
                threads, context.run, self._answer, scope, body
            )
            if response.streaming:
                await self._stream(response, receive, send, context)
            else:
                await self.send_response(response, send)

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response: HttpResponseBase = refusal or self.get_response(request)
        response._handler_class = type(self)  # type: ignore[attr-defined] # noqa: SLF001
        if response.streaming:
            close_old_connections()  # a stream lasts long; the rest follows at its end
        else:
            response.close()
        return response

    async def _stream(
        self, response: HttpResponseBase, receive: Receive, send: Send, context: Context
    ) -> None:
        """Send until the answer ends or the caller goes away."""
        if isinstance(response, StreamingHttpResponse):
            parts = response.streaming_content
            if isinstance(parts, Iterator):
                response.streaming_content = _from_threads(parts)
        try:
            async with asyncio.TaskGroup() as tasks:
                leaving = tasks.create_task(self.listen_for_disconnect(receive))
                await tasks.create_task(self.send_response(response, send), context=context)
                leaving.cancel()
        except* RequestAborted:
            pass
        finally:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(_threads, context.run, response.close)

    async def read_body(self, receive: Receive) -> IO[bytes]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
        body = tempfile.SpooledTemporaryFile(max_size=limit)  # noqa: SIM115 - `handle` closes it
        more = True
        while more and body.tell() < limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                body.close()
                raise RequestAborted
            body.write(message.get("body", b"")[: limit - body.tell()])
            more = message.get("more_body", False)
        body.seek(0)
        return body

    async def listen_for_disconnect(self, receive: Receive) -> None:
        # The rest of a body that is too big comes first.
        while (await receive())["type"] != "http.disconnect":
            pass
        raise RequestAborted

    def create_request(self, scope: Mapping[str, Any], body_file: IO[bytes]) -> tuple[Any, Any]:
        # Queries are ASCII (RFC 3986); other bytes would be refused without a problem document.
        query = quote_from_bytes(scope["query_string"], safe=ASCII)
        scope = {**scope, "query_string": query.encode()}
        request, refusal = super().create_request(scope, body_file)
        if request is not None and request.encoding is not None:
            request.encoding = "utf-8"  # whatever the caller says, which need not be one at all
        return request, refusal


async def _from_threads(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Send a file as it is read; Django would read all of it first, and warn about that."""
    loop = asyncio.get_running_loop()
    while (part := await loop.run_in_executor(_threads, next, parts, None)) is not None:
        yield part
