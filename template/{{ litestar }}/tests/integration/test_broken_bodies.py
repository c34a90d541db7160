"""A caller who goes away while sending a body has sent a bad request; nothing has failed."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar import Litestar, post
from litestar.params import JSONBody, URLEncodedBody


@pytest.fixture
def app(app: Litestar) -> Litestar:
    """The application, with endpoints that take bodies."""

    @app.register
    @post("/json")
    async def json(data: JSONBody[dict[str, int]]) -> None:
        raise AssertionError(data)

    @app.register
    @post("/form")
    async def form(data: URLEncodedBody[dict[str, int]]) -> None:
        raise AssertionError(data)

    return app


@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/json", b"application/json"), ("/form", b"application/x-www-form-urlencoded")],
)
async def test_a_body_that_breaks_off_is_400(
    app: Litestar,
    logged: Callable[[str], list[dict[str, Any]]],
    path: str,
    media_type: bytes,
) -> None:
    messages = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    statuses = []

    async def receive() -> Any:  # noqa: ANN401 - a message of ASGI
        return messages.pop(0)

    async def send(message: Any) -> None:  # noqa: ANN401
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [(b"content-type", media_type)]
    scope: Any = {"type": "http", "method": "POST", "path": path, "headers": headers}
    await app(scope, receive, send)
    assert statuses == [400]
    assert not logged("request failed")
