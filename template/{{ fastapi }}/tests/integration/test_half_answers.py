"""Answers that fail after they have begun."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

Logged = Callable[[str], list[dict[str, Any]]]


@pytest.mark.usefixtures("failing_endpoints")
async def test_half_an_answer_is_broken_off(app: FastAPI, logged: Logged) -> None:
    """The server has to see the error: only it can break off the connection."""
    transport = httpx2.ASGITransport(app, raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        with pytest.raises(KeyError, match="the second half"):
            await client.get("/half", headers={"X-Request-ID": "abc"})
    assert [line["request_id"] for line in logged("request failed")] == ["abc"]
