"""The least Litestar application that answers the two measured requests."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
from litestar import Litestar, Request, get

COLUMNS = (
    "id",
    "sku",
    "name",
    "description",
    "price_minor",
    "currency",
    "created_at",
    "updated_at",
)
QUERY = f"SELECT {', '.join(COLUMNS)} FROM products ORDER BY created_at DESC, id LIMIT 10"  # noqa: S608


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Keep one connection open."""
    async with aiosqlite.connect(os.environ["DATABASE"]) as database:
        app.state.database = database
        yield


@get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@get("/products")
async def products(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """List ten rows as they are."""
    async with request.app.state.database.execute(QUERY) as cursor:
        rows = await cursor.fetchall()
    return {"items": [dict(zip(COLUMNS, row, strict=True)) for row in rows]}


app = Litestar([live, products], lifespan=[lifespan])
