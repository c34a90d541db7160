"""Litestar's own loggers write what every other logger does."""

from collections.abc import Callable
from typing import Any

import httpx2
from litestar import Litestar, Request, get

Logged = Callable[[str], list[dict[str, Any]]]


async def test_a_line_of_a_request_has_its_id_and_no_secrets(
    app: Litestar, client: httpx2.AsyncClient, logged: Logged
) -> None:
    @app.register
    @get("/log")
    async def log(request: Request[Any, Any, Any]) -> None:
        request.logger.info("order placed", order=7, password="x")

    await client.get("/log", headers={"X-Request-ID": "abc"})
    (line,) = logged("order placed")
    assert line.pop("timestamp")
    assert line == {
        "event": "order placed",
        "level": "info",
        "order": 7,
        "password": "[redacted]",
        "request_id": "abc",
    }


async def test_only_the_level_of_the_process_counts(app: Litestar, logged: Logged) -> None:
    assert app.logger
    app.debug = True
    app.logger.debug("looked for a shelf")
    assert not logged("looked for a shelf")
