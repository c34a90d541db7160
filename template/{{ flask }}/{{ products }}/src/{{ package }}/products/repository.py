"""Products in the database: the only module that writes queries of them."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..core.errors import ConflictError, NotFoundError
from .models import Product
from .schemas import ProductFilter


def add(session: Session, product: Product) -> None:
    """Add a product. Raises ``ConflictError`` when its SKU is taken."""
    session.add(product)
    flush(session, product)


def get(session: Session, product_id: UUID, *, for_update: bool = False) -> Product:
    """Return a product, locked against other writers if it is ``for_update``.

    Raises ``NotFoundError`` when there is none.
    """
    product = session.get(Product, product_id, with_for_update=for_update)
    if product is None:
        raise _not_found(product_id)
    return product


def get_version(session: Session, product_id: UUID) -> int:
    """Return the version of a product. Raises ``NotFoundError`` when there is none."""
    version = session.scalar(select(Product.version).where(Product.id == product_id))
    if version is None:
        raise _not_found(product_id)
    return version


def find(session: Session, wanted: ProductFilter) -> tuple[list[Product], int]:
    """Return one page, newest first, and the number of all that match."""
    statement = _matching(wanted.q)
    page = (
        statement.add_columns(func.count().over())
        .order_by(Product.created_at.desc(), Product.id)
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    rows = session.execute(page).all()
    if rows or not wanted.offset:
        return [row[0] for row in rows], rows[0][1] if rows else 0
    # Beyond the last page there is no row to carry the number.
    total = session.scalar(select(func.count()).select_from(statement.subquery()))
    return [], total or 0


def flush(session: Session, product: Product) -> None:
    """Write pending changes. Raises ``ConflictError`` when the SKU is taken."""
    sku = product.sku
    try:
        session.flush()
    except IntegrityError as error:
        msg = f"There is another product with the SKU {sku!r}."
        raise ConflictError(msg) from error


def delete(session: Session, product: Product) -> None:
    """Remove a product."""
    session.delete(product)
    session.flush()


def _matching(text: str) -> Select[Product]:
    statement = select(Product)
    if text:
        statement = statement.where(Product.search.contains(text.casefold(), autoescape=True))
    return statement


def _not_found(product_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no product {product_id}.")
