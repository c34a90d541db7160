"""Refresh tokens that rotate, and give themselves away when stolen (RFC 9700, section 4.14.2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Delete, ForeignKey, String, Uuid, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ..core.persistence import Database
from ..core.tables import Base, utc_now
from ..core.types import UtcDateTime
from .accounts import User
from .password_changes import keep_password
from .permissions import Principal
from .tokens import InvalidTokenError, Token, TokenType, issue, read


class TokenFamily(Base):
    """All tokens that go back to one time of signing in; only the newest refresh token is good."""

    __tablename__ = "token_families"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    current: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def delete_families(user_id: UUID) -> Delete:
    """Make the statement that ends all tokens of an account."""
    return delete(TokenFamily).where(TokenFamily.user_id == user_id)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What somebody gets who signs in; ``expires_in`` is that of the access token, in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class TokenService:
    """Issues, rotates and revokes tokens."""

    def __init__(self, database: Database, *, key: str, access_ttl: int, refresh_ttl: int) -> None:
        """Tokens are signed with ``key`` and valid for these times, in seconds."""
        self._database = database
        self._key = key
        self._access_ttl = access_ttl
        self._refresh_ttl = refresh_ttl

    def begin(self, user: User) -> TokenPair:
        """Issue the first tokens of a family; families that have expired are forgotten.

        Raises ``PasswordChangedError`` when ``user`` has signed in with a password of before.
        """
        pair, refresh = self._issue(user.id, uuid4())
        expired = TokenFamily.expires_at < utc_now()
        with self._database.transaction() as session:
            keep_password(session, user)
            session.execute(delete(TokenFamily).where(expired))
            session.add(
                TokenFamily(
                    id=refresh.family,
                    user_id=user.id,
                    current=refresh.id,
                    expires_at=self._expiry(),
                )
            )
        return pair

    def rotate(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for new tokens.

        Raises ``InvalidTokenError``. A token that was exchanged before revokes its whole family:
        either its owner or a thief holds the newer one, and nobody can tell who.
        """
        token = read(TokenType.REFRESH, refresh_token, key=self._key)
        with self._database.transaction() as session:
            family = session.get(TokenFamily, token.family, with_for_update=True)
            if family is None or family.revoked_at is not None:
                msg = "the tokens of this family are revoked"
                raise InvalidTokenError(msg)
            if family.current == token.id:
                pair, refresh = self._issue(token.user_id, token.family)
                family.current = refresh.id
                family.expires_at = self._expiry()
                return pair
            family.revoked_at = utc_now()
        msg = "this token was used before"
        raise InvalidTokenError(msg)

    def revoke(self, token: Token) -> None:
        """Revoke the family of a token."""
        with self._database.transaction() as session:
            session.execute(
                update(TokenFamily)
                .where(TokenFamily.id == token.family)
                .values(revoked_at=utc_now())
            )

    def authenticate(self, token: Token) -> Principal:
        """Return who holds an access token, with the permissions they have now.

        Raises ``InvalidTokenError`` when the account is gone or the family revoked.
        """
        query = (
            select(User)
            .join(TokenFamily, TokenFamily.user_id == User.id)
            .where(TokenFamily.id == token.family, TokenFamily.revoked_at.is_(None))
        )
        user: User | None = self._database.session.scalar(query)
        if user is None:
            msg = "the tokens of this family are revoked"
            raise InvalidTokenError(msg)
        return user.to_principal()

    def read_access_token(self, encoded: str) -> Token:
        """Return what an access token says. Raises ``InvalidTokenError``."""
        return read(TokenType.ACCESS, encoded, key=self._key)

    def _issue(self, user_id: UUID, family: UUID) -> tuple[TokenPair, Token]:
        access, _ = issue(TokenType.ACCESS, user_id, family, key=self._key, ttl=self._access_ttl)
        refresh, token = issue(
            TokenType.REFRESH, user_id, family, key=self._key, ttl=self._refresh_ttl
        )
        return TokenPair(access, refresh, self._access_ttl), token

    def _expiry(self) -> datetime:
        return utc_now() + timedelta(seconds=self._refresh_ttl)
