"""The table of keys."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.tables import Base, utc_now
from ..core.types import UtcDateTime
from .permissions import Principal


class StoredKey(Base):
    """A key that was made; of its secret only a digest is kept."""

    __tablename__ = "api_keys"

    prefix: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(64))
    permissions: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def to_principal(self) -> Principal:
        """Say who this is and what they may do."""
        return Principal(subject=self.name, permissions=frozenset(self.permissions))
