"""How a request goes from the server into Django.

The service runs under an ASGI server: open event streams then cost no threads, slow clients hold
none, and bodies of unannounced length arrive. What answers a request is synchronous all the same,
because most of it talks to the database.
"""

import tempfile
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import quote_from_bytes

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .asgi import Receive

ASCII = "".join(map(chr, range(128)))


class ServiceHandler(ASGIHandler):
    """Answers each request in one thread, from the first middleware to the view.

    Django by itself would change between the event loop and a thread for each middleware. Of a
    body no more is kept than one byte over ``settings.DATA_UPLOAD_MAX_MEMORY_SIZE``; the view that
    reads it then finds it too big.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    async def read_body(self, receive: Receive) -> IO[bytes]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
        body = tempfile.SpooledTemporaryFile(max_size=limit)  # noqa: SIM115 - Django closes it
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
        return super().create_request({**scope, "query_string": query.encode()}, body_file)
