"""What can be done with products."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db import transaction
from pydantic import TypeAdapter

from ..core.cache import cache
from ..core.concurrency import map_bounded
from ..core.metrics import measured
from ..core.persistence import release_connection
from ..rates.client import get_rate
from .mapping import apply_patch, to_product, to_read
from .models import Product
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
    found = Product.objects.matching(wanted.q)
    page = found.newest_first()[wanted.offset : wanted.offset + wanted.limit]
    items = [to_read(product) for product in page]
    return ProductPage(items=items, total=found.count(), limit=wanted.limit, offset=wanted.offset)


def get_product(product_id: UUID) -> ProductRead:
    """Return a product as it is now. Raises ``NotFoundError`` when there is none.

    What is cached is kept by version, and the version is read each time: a change is visible to
    the next read in every process, whatever became of older entries.
    """
    version = Product.objects.version_of(product_id)
    return cache.get_or_compute(
        f"products:{product_id}:{version}",
        lambda: to_read(Product.objects.find(product_id)),
        adapter=_product,
        ttl=CACHE_SECONDS,
    )


def create_product(body: ProductCreate) -> ProductRead:
    """Add a product. Raises ``ConflictError`` when the SKU is taken."""
    with measured("products.create"):
        product = to_product(body)
        product.save(force_insert=True)
        return to_read(product)


@transaction.atomic
def update_product(product_id: UUID, body: ProductPatch) -> ProductRead:
    """Change a product. Raises ``NotFoundError``, or ``ConflictError`` for a taken SKU."""
    with measured("products.update"):
        product = Product.objects.select_for_update().find(product_id)
        apply_patch(product, body)
        product.save()
        return to_read(product)


@transaction.atomic
def delete_product(product_id: UUID) -> None:
    """Remove a product. Raises ``NotFoundError`` when there is none."""
    with measured("products.delete"):
        Product.objects.select_for_update().find(product_id).delete()


def convert_price(product_id: UUID, currencies: Sequence[str]) -> list[ConvertedPrice]:
    """Return the price in other currencies, in the order asked for.

    Raises ``NotFoundError`` when there is no such product, and what ``get_rate`` raises when there
    is no rate at all.
    """
    product = get_product(product_id)
    release_connection()

    def convert(currency: str) -> ConvertedPrice:
        rate = get_rate(product.currency, currency)
        amount = (product.price * rate.value).quantize(CENT, ROUND_HALF_UP)
        return ConvertedPrice(currency=currency, amount=amount, stale=rate.stale)

    return map_bounded(convert, currencies, limit=CONCURRENT_RATES)
