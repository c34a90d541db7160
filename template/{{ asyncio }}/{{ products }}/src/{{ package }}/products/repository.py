"""Products in the database."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from ..core.errors import ConflictError, NotFoundError
from .models import Product
from .schemas import ProductFilter


class ProductRepository:
    """Reads and writes products within one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, product: Product) -> None:
        """Add a product. Raises ``ConflictError`` when its SKU is taken."""
        self._session.add(product)
        await self.flush(product)

    async def get(self, product_id: UUID, *, for_update: bool = False) -> Product:
        """Return a product, locked against other writers if it is ``for_update``.

        Raises ``NotFoundError`` when there is none.
        """
        product = await self._session.get(Product, product_id, with_for_update=for_update)
        if product is None:
            raise _not_found(product_id)
        return product

    async def get_version(self, product_id: UUID) -> int:
        """Return the version of a product. Raises ``NotFoundError`` when there is none."""
        version = await self._session.scalar(
            select(Product.version).where(Product.id == product_id)
        )
        if version is None:
            raise _not_found(product_id)
        return version

    async def find(self, wanted: ProductFilter) -> tuple[list[Product], int]:
        """Return one page, newest first, and the number of all that match."""
        statement = _matching(wanted.q)
        page = (
            statement.add_columns(func.count().over())
            .order_by(Product.created_at.desc(), Product.id)
            .limit(wanted.limit)
            .offset(wanted.offset)
        )
        rows = (await self._session.execute(page)).all()
        if rows or not wanted.offset:
            return [row[0] for row in rows], rows[0][1] if rows else 0
        # Beyond the last page there is no row to carry the number.
        total = await self._session.scalar(select(func.count()).select_from(statement.subquery()))
        return [], total or 0

    async def flush(self, product: Product) -> None:
        """Write pending changes. Raises ``ConflictError`` when the SKU is taken."""
        sku = product.sku
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "sku" not in str(error.orig):
                raise
            msg = f"There is another product with the SKU {sku!r}."
            raise ConflictError(msg) from error

    async def delete(self, product: Product) -> None:
        """Remove a product."""
        await self._session.delete(product)
        await self._session.flush()


def _matching(text: str) -> Select[Product]:
    statement = select(Product)
    if text:
        statement = statement.where(Product.search.contains(text.casefold(), autoescape=True))
    return statement


def _not_found(product_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no product {product_id}.")
