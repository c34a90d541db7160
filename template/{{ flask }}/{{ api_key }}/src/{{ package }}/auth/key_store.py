"""The keys in the database."""

import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import update

from ..core.persistence import Database
from ..core.tables import utc_now
from .keys import Key
from .models import StoredKey
from .permissions import Principal, check_permissions

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
MAX_DAYS = 36500
USE_INTERVAL = timedelta(minutes=1)
"""A use is noted when the last one noted is at least this old."""


class UnknownKeyError(Exception):
    """There is no key with that prefix."""


class KeyStore:
    """Makes, revokes and recognises keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, permissions: Iterable[str], *, days: int | None) -> Key:
        """Make a key for whoever goes by ``name``; it expires after ``days``, or never.

        Several keys may have one name, so that a new one can take over before the old is revoked.
        Raises ``ValueError`` for a name, permission or number of days that will not do.
        """
        if not NAME.fullmatch(name):
            msg = f"{name!r} is no name for a key: 1 to 64 of a-z A-Z 0-9 . _ @ + -, no sign first"
            raise ValueError(msg)
        if days is not None and not 1 <= days <= MAX_DAYS:
            msg = f"days must be 1 to {MAX_DAYS}, not {days}"
            raise ValueError(msg)
        key = Key.make()
        stored = StoredKey(
            prefix=key.prefix,
            digest=key.digest,
            name=name,
            permissions=check_permissions(permissions),
            expires_at=None if days is None else utc_now() + timedelta(days=days),
        )
        with self._database.transaction() as session:
            session.add(stored)
        return key

    def revoke(self, prefix: str) -> str:
        """Refuse a key from now on, and return its name; revoked before, it stays revoked.

        Raises ``UnknownKeyError``.
        """
        with self._database.transaction() as session:
            stored = session.get(StoredKey, prefix, with_for_update=True)
            if stored is None:
                raise UnknownKeyError(prefix)
            stored.revoked_at = stored.revoked_at or utc_now()
            return stored.name

    def authenticate(self, text: str) -> Principal | None:
        """Return whose key this is; ``None`` for one that is unknown, expired or revoked."""
        key = Key.read(text)
        if key is None:
            return None
        stored = self._database.session.get(StoredKey, key.prefix)
        if stored is None or not hmac.compare_digest(stored.digest, key.digest):
            return None
        now = utc_now()
        expired = stored.expires_at is not None and stored.expires_at <= now
        if expired or stored.revoked_at is not None:
            return None
        if stored.last_used_at is None or stored.last_used_at <= now - USE_INTERVAL:
            self._note_use(key.prefix, now)
        return stored.to_principal()

    def _note_use(self, prefix: str, moment: datetime) -> None:
        query = update(StoredKey).where(StoredKey.prefix == prefix).values(last_used_at=moment)
        with self._database.transaction() as session:
            session.execute(query)
