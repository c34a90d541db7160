"""Answers that fail after they have begun."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from litestar.exceptions import LitestarException

Logged = Callable[[str], list[dict[str, Any]]]


@pytest.mark.usefixtures("failing_endpoints")
async def test_half_an_answer_is_broken_off(app: Litestar, logged: Logged) -> None:
    """The server has to see the error: only it can break off the connection."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=True)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        with pytest.raises(LitestarException, match="after response started"):
            await client.get("/half", headers={"X-Request-ID": "abc"})
    assert [line["request_id"] for line in logged("request failed")] == ["abc"]
