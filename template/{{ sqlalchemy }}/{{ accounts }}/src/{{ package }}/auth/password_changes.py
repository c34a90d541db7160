"""A password that is changed while somebody signs in with the old one."""

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from .accounts import User


class PasswordChangedError(Exception):
    """The password is no longer the one that somebody has signed in with."""


def keep_password(transaction: Connection | Session, user: User) -> None:
    """Let the password of ``user`` stay as they signed in with it until the transaction ends.

    Checking a password takes a while: whoever changes it meanwhile must not find somebody signed in
    with the old one. Raises ``PasswordChangedError`` when it has been changed already.
    """
    query = select(User.password_hash).where(User.id == user.id).with_for_update(read=True)
    if transaction.scalar(query) != user.password_hash:
        raise PasswordChangedError
