"""The table of sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Delete, ForeignKey, String, delete
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..core.tables import Base
from ..core.types import UtcDateTime
from .accounts import User
from .permissions import Principal


class StoredSession(Base):
    """Somebody who has signed in; read together with the account, as it is now."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    def to_principal(self) -> Principal:
        """Say who this is and what they may do."""
        return self.user.to_principal()


def delete_sessions(user_id: UUID) -> Delete:
    """Make the statement that ends all sessions of an account."""
    return delete(StoredSession).where(StoredSession.user_id == user_id)
