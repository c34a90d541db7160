"""Accounts, and signing in to them."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

from sqlalchemy import JSON, ColumnElement, Delete, String, Uuid, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from ..core.errors import TooManyRequestsError, UnavailableError
from ..core.persistence import Database
from ..core.tables import Base, utc_now
from ..core.types import UtcDateTime
from .passwords import hash_password, verify_password
from .permissions import Principal, check_permissions

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
MAX_FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=1)
MOST_FORGOTTEN = 1000  # at a time
MAX_AT_ONCE = 50  # who came next would wait for two seconds and more


class User(Base):
    """An account."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    permissions: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    def to_principal(self) -> Principal:
        """Say who this is and what they may do."""
        return Principal(subject=self.name, permissions=frozenset(self.permissions))


class LoginFailure(Base):
    """A failed attempt to sign in, to an account that may not even exist."""

    __tablename__ = "login_failures"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid4)
    account: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)


class AccountExistsError(Exception):
    """There is an account of that name."""


class Accounts:
    """The accounts in the database."""

    def __init__(self, database: Database, *, sign_out: Callable[[UUID], Delete]) -> None:
        """``sign_out`` is the statement that ends whatever an account is signed in to."""
        self._database = database
        self._sign_out = sign_out
        self._signing_in = 0
        # By account, for as long as somebody holds or waits for one.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(
        self, name: str, password: str, permissions: Iterable[str], *, update: bool = False
    ) -> None:
        """Create an account, or with ``update`` set the password and permissions of one.

        Whoever is signed in to an account that is updated has to sign in again: a password is
        often changed because somebody else knows it.

        Raises ``ValueError`` for a name, password or permission that will not do, and
        ``AccountExistsError`` when there is one of that name and ``update`` is false.
        """
        if not NAME.fullmatch(name):
            msg = f"{name!r} is no account name: 1 to 64 of a-z 0-9 . _ @ + -, the first a-z or 0-9"
            raise ValueError(msg)
        granted = check_permissions(permissions)
        password_hash = await hash_password(password)
        try:
            async with self._database.transaction() as session:
                query = select(User).where(User.name == name).with_for_update()
                user = await session.scalar(query)
                if user is None:
                    user = User(name=name)
                    session.add(user)
                elif update:
                    await session.execute(self._sign_out(user.id))
                else:
                    raise AccountExistsError(name)
                user.password_hash = password_hash
                user.permissions = granted
        except IntegrityError as error:  # created by somebody else in the same moment
            raise AccountExistsError(name) from error

    async def sign_in(self, name: str, password: str) -> User | None:
        """Return the account if name and password belong together.

        Takes as long when there is no such account. Raises ``TooManyRequestsError`` after 10
        failures within a minute for one name, whether or not there is an account, and
        ``UnavailableError`` while 50 others sign in.
        """
        if self._signing_in >= MAX_AT_ONCE:
            msg = "Too many sign in at once."
            raise UnavailableError(msg)
        self._signing_in += 1
        try:
            return await self._sign_in(name, password)
        finally:
            self._signing_in -= 1

    async def _sign_in(self, name: str, password: str) -> User | None:
        account = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
        # An attempt counts as failed until it succeeds: side by side, right ones would be refused.
        async with self._turns.setdefault(account, asyncio.Lock()):
            await self._admit(account)
            user = await self._find(name)
            if not await verify_password(password, None if user is None else user.password_hash):
                return None
            await self._forget(LoginFailure.account == account)
            return user

    async def _admit(self, account: str) -> None:
        """Count the attempt as failed until it succeeds, so that those of other processes count."""
        attempt = LoginFailure(id=uuid4(), account=account, failed_at=utc_now())
        since = attempt.failed_at - FAILURE_WINDOW
        await self._forget(LoginFailure.failed_at < since)
        async with self._database.transaction() as session:
            session.add(attempt)
        async with self._database.session() as session:
            query = select(func.count(), func.min(LoginFailure.failed_at)).where(
                LoginFailure.account == account, LoginFailure.failed_at >= since
            )
            count, first = (await session.execute(query)).one()
        if count > MAX_FAILURES:
            await self._forget(LoginFailure.id == attempt.id)
            msg = "Too many failed attempts to sign in."
            raise TooManyRequestsError(msg, retry_after=(first - since).total_seconds())

    async def _forget(self, which: ColumnElement[bool]) -> None:
        """Delete failures by their ids: to search while deleting locks those of others as well."""
        query = select(LoginFailure.id).where(which).order_by(LoginFailure.id).limit(MOST_FORGOTTEN)
        async with self._database.session() as session:
            ids = (await session.scalars(query)).all()
        if ids:
            async with self._database.transaction() as session:
                await session.execute(delete(LoginFailure).where(LoginFailure.id.in_(ids)))

    async def _find(self, name: str) -> User | None:
        if not NAME.fullmatch(name):
            return None
        async with self._database.session() as session:
            user: User | None = await session.scalar(select(User).where(User.name == name))
            return user
