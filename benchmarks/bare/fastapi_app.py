"""The least FastAPI application that answers the two measured requests."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
from fastapi import FastAPI

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
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep one connection open."""
    async with aiosqlite.connect(os.environ["DATABASE"]) as database:
        app.state.database = database
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@app.get("/products")
async def products() -> dict[str, Any]:
    """List ten rows as they are."""
    async with app.state.database.execute(QUERY) as cursor:
        rows = await cursor.fetchall()
    return {"items": [dict(zip(COLUMNS, row, strict=True)) for row in rows]}
