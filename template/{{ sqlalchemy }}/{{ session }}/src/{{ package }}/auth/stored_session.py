"""The table of sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Delete, ForeignKey, String, delete, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from ..core.tables import Base
from ..core.types import UtcDateTime
from .accounts import User
from .password_changes import keep_password
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


@event.listens_for(StoredSession, "before_insert")
def _begin_with_the_same_password(
    _mapper: Mapper[StoredSession], connection: Connection, stored: StoredSession
) -> None:
    keep_password(connection, stored.user)


def delete_sessions(user_id: UUID) -> Delete:
    """Make the statement that ends all sessions of an account."""
    return delete(StoredSession).where(StoredSession.user_id == user_id)
