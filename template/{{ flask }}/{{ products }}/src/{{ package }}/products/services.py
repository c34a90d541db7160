"""What can be done with products."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from pydantic import TypeAdapter

from ..core.concurrency import map_bounded
from ..core.metrics import measured
from ..extensions import cache, db, rates
from . import repository
from .mapping import apply_patch, to_product, to_read
from .schemas import (
    ConvertedPrice,
    ProductCreate,
    ProductFilter,
    ProductPage,
    ProductPatch,
    ProductRead,
)

CACHE_SECONDS = 300
CONCURRENT_RATES = 4
CENT = Decimal("0.01")

_product = TypeAdapter(ProductRead)


def find_products(wanted: ProductFilter) -> ProductPage:
    """Return one page of the products that match."""
    products, total = repository.find(db.session, wanted)
    items = [to_read(product) for product in products]
    return ProductPage(items=items, total=total, limit=wanted.limit, offset=wanted.offset)


def get_product(product_id: UUID) -> ProductRead:
    """Return a product as it is now. Raises ``NotFoundError`` when there is none.

    What is cached is kept by version, and the version is read each time: a change is visible to
    the next read in every process, whatever became of older entries.
    """
    version = repository.get_version(db.session, product_id)
    db.release()  # others may have to be waited for

    def load() -> ProductRead:
        product = to_read(repository.get(db.session, product_id))
        db.release()
        return product

    return cache.get_or_compute(
        f"products:{product_id}:{version}", load, adapter=_product, ttl=CACHE_SECONDS
    )


def create_product(body: ProductCreate) -> ProductRead:
    """Add a product. Raises ``ConflictError`` when the SKU is taken."""
    with measured("products.create"), db.transaction() as session:
        product = to_product(body)
        repository.add(session, product)
        return to_read(product)


def update_product(product_id: UUID, body: ProductPatch) -> ProductRead:
    """Change a product. Raises ``NotFoundError``, or ``ConflictError`` for a taken SKU."""
    with measured("products.update"), db.transaction() as session:
        product = repository.get(session, product_id, for_update=True)
        apply_patch(product, body)
        repository.flush(session, product)
        return to_read(product)


def delete_product(product_id: UUID) -> None:
    """Remove a product. Raises ``NotFoundError`` when there is none."""
    with measured("products.delete"), db.transaction() as session:
        repository.delete(session, repository.get(session, product_id, for_update=True))


def convert_price(product_id: UUID, currencies: Sequence[str]) -> list[ConvertedPrice]:
    """Return the price in other currencies, in the order asked for.

    Raises ``NotFoundError`` when there is no such product, and what ``Rates.get`` raises when
    there is no rate at all.
    """
    product = get_product(product_id)

    def convert(currency: str) -> ConvertedPrice:
        rate = rates.get(product.currency, currency)
        amount = (product.price * rate.value).quantize(CENT, ROUND_HALF_UP)
        return ConvertedPrice(currency=currency, amount=amount, stale=rate.stale)

    return map_bounded(convert, currencies, limit=CONCURRENT_RATES)
