"""Products as they are kept."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ..core.tables import Base, utc_now
from ..core.types import UtcDateTime


class Product(Base):
    """A product; its price is in minor units, cents for most currencies."""

    __tablename__ = "products"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    sku: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    search: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, onupdate=utc_now)

    # SQLAlchemy adds one with every change; what is cached of a product is kept by version. An
    # ``update()`` of many products goes round this: it has to set ``version=Product.version + 1``.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as SQLAlchemy documents it


def search_text(name: str, sku: str) -> str:
    """Return the text that searches look into; databases do not agree on case, this does."""
    return f"{name}\n{sku}".casefold()
