"""The table of sessions."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from ..core.tables import Base
from ..core.types import UtcDateTime
from .permissions import Principal


class StoredSession(Base):
    """Somebody who has signed in, with the permissions that the provider gave them then."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255))
    permissions: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    def to_principal(self) -> Principal:
        """Say who this is and what they may do."""
        return Principal(subject=self.subject, permissions=frozenset(self.permissions))
