"""What can be done with products."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from ..core.concurrency import map_bounded
from ..core.metrics import measured
from ..resources import Resources
from .mapping import apply_patch, to_product, to_read
from .repository import ProductRepository
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


class ProductService:
    """Products: listed and changed within the session, read as they are committed."""

    def __init__(self, session: AsyncSession, resources: Resources) -> None:
        self._resources = resources
        self._repository = ProductRepository(session)

    async def find(self, wanted: ProductFilter) -> ProductPage:
        """Return one page of the products that match."""
        products, total = await self._repository.find(wanted)
        items = [to_read(product) for product in products]
        return ProductPage(items=items, total=total, limit=wanted.limit, offset=wanted.offset)

    async def get(self, product_id: UUID) -> ProductRead:
        """Return a product as it is now. Raises ``NotFoundError`` when there is none.

        What is cached is kept by version, and the version is read each time: a change is visible
        to the next read in every process, whatever became of older entries.
        """
        database = self._resources.database
        # A session of its own, that ends here: requests that keep one connection while they wait
        # for another, or for other services, run the pool dry.
        async with database.session() as session:
            version = await ProductRepository(session).get_version(product_id)

        async def load() -> ProductRead:
            # A session of its own here too: others may wait for this after the caller has gone
            # away.
            async with database.session() as session:
                return to_read(await ProductRepository(session).get(product_id))

        return await self._resources.cache.get_or_compute(
            f"products:{product_id}:{version}", load, adapter=_product, ttl=CACHE_SECONDS
        )

    async def create(self, body: ProductCreate) -> ProductRead:
        """Add a product. Raises ``ConflictError`` when the SKU is taken."""
        with measured("products.create"):
            product = to_product(body)
            await self._repository.add(product)
            return to_read(product)

    async def update(self, product_id: UUID, body: ProductPatch) -> ProductRead:
        """Change a product. Raises ``NotFoundError``, or ``ConflictError`` for a taken SKU."""
        with measured("products.update"):
            product = await self._repository.get(product_id, for_update=True)
            apply_patch(product, body)
            await self._repository.flush(product)
            return to_read(product)

    async def delete(self, product_id: UUID) -> None:
        """Remove a product. Raises ``NotFoundError`` when there is none."""
        with measured("products.delete"):
            product = await self._repository.get(product_id, for_update=True)
            await self._repository.delete(product)

    async def prices(self, product_id: UUID, currencies: Sequence[str]) -> list[ConvertedPrice]:
        """Return the price in other currencies, in the order asked for.

        Raises ``NotFoundError`` when there is no such product, and what ``Rates.get`` raises when
        there is no rate at all.
        """
        product = await self.get(product_id)

        async def convert(currency: str) -> ConvertedPrice:
            rate = await self._resources.rates.get(product.currency, currency)
            amount = (product.price * rate.value).quantize(CENT, ROUND_HALF_UP)
            return ConvertedPrice(currency=currency, amount=amount, stale=rate.stale)

        return await map_bounded(convert, currencies, limit=CONCURRENT_RATES)
