"""The least Flask application that answers the two measured requests."""

import os
import sqlite3
from typing import Any

from flask import Flask, g

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

app = Flask(__name__)


@app.get("/health/live")
def live() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@app.get("/products")
def products() -> dict[str, Any]:
    """List ten rows as they are."""
    g.database = sqlite3.connect(os.environ["DATABASE"])
    rows = g.database.execute(QUERY).fetchall()
    return {"items": [dict(zip(COLUMNS, row, strict=True)) for row in rows]}


@app.teardown_appcontext
def close(error: BaseException | None) -> None:
    """Close the connection of the request."""
    del error
    if database := g.pop("database", None):
        database.close()
