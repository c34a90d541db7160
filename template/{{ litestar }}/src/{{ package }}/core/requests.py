"""Bodies as this service reads them."""

import json
from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.exceptions import InternalServerException

from .errors import BadRequestError, UnsupportedMediaTypeError

JSON = "application/json"


class ServiceRequest(Request[Any, Any, Any]):
    """Request whose JSON is read by Python's own parser, and only if it says that it is JSON.

    Litestar's, msgspec, takes a lone surrogate for broken JSON; here it is a field that is wrong.
    """

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it comes in; raises ``BadRequestError`` if it breaks off."""
        try:
            async for chunk in super().stream():
                yield chunk
        except InternalServerException as error:  # Litestar's word for a caller who has gone away
            msg = "The request body is not complete."
            raise BadRequestError(msg) from error

    async def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """Read the body; raises ``UnsupportedMediaTypeError`` or ``BadRequestError``."""
        media_type, _ = self.content_type
        if media_type.lower() != JSON:
            msg = f"The request body must be {JSON}."
            raise UnsupportedMediaTypeError(msg)
        try:
            return json.loads(await self.body())
        except (ValueError, RecursionError):
            msg = "The request body is not JSON."
            raise BadRequestError(msg) from None
