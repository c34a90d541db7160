"""The way between products as they are kept and as callers see them."""

from typing import Any

from ..core.serialization import to_amount, to_minor_units
from ..core.tables import utc_now
from .models import Product, search_text
from .schemas import ProductCreate, ProductPatch, ProductRead


def to_product(body: ProductCreate) -> Product:
    """Make the product that a caller describes."""
    now = utc_now()
    product = Product(created_at=now, updated_at=now)
    _assign(product, body.model_dump())
    return product


def apply_patch(product: Product, body: ProductPatch) -> None:
    """Change what the caller has sent, and nothing else."""
    _assign(product, body.model_dump(exclude_unset=True))


def to_read(product: Product) -> ProductRead:
    """Show a product."""
    return ProductRead(
        id=product.id,
        sku=product.sku,
        name=product.name,
        description=product.description,
        price=to_amount(product.price_minor),
        currency=product.currency,
        created_at=product.created_at,
        updated_at=product.updated_at,
    )


def _assign(product: Product, values: dict[str, Any]) -> None:
    if "price" in values:
        values["price_minor"] = to_minor_units(values.pop("price"))
    for name, value in values.items():
        setattr(product, name, value)
    product.search = search_text(product.name, product.sku)
