"""Products for tests: valid ones, each with a sku of its own."""

import itertools
from typing import Any

from .client import Client

_numbers = itertools.count(1)


def sku() -> str:
    """Return a sku that no other test uses."""
    return f"T-{next(_numbers):05}"


def product(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """Return the body of a valid product, with some fields changed."""
    return {
        "sku": sku(),
        "name": "Green tea",
        "description": "<p>From <em>Uji</em>.</p>",
        "price": "19.90",
        "currency": "USD",
        **changes,
    }


def create(editor: Client, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    """Create a product and return it as answered."""
    answer = editor.post("/products", json=product(**changes))
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created
