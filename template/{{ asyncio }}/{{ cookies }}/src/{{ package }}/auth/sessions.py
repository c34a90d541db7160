"""Sessions that live in the database: whoever has the secret in a cookie is who signed in."""

import hmac
from datetime import timedelta

from sqlalchemy import Delete, delete, update

from ..core.persistence import Database
from ..core.tables import utc_now
from .cookies import new_secret
from .permissions import Principal
from .stored_session import StoredSession

SEEN_INTERVAL = timedelta(minutes=1)


class Sessions:
    """Begins, finds and ends sessions.

    A session ends when nobody has used it for ``idle_ttl`` seconds, and ``ttl`` seconds after it
    began whatever happens. What is stored lets nobody in: only a digest of the secret, made with
    ``key``, so that a new key ends all sessions.
    """

    def __init__(self, database: Database, *, key: str, ttl: int, idle_ttl: int) -> None:
        self._database = database
        self._key = hmac.digest(key.encode(), b"session", "sha256")
        self._ttl = timedelta(seconds=ttl)
        self._idle_ttl = timedelta(seconds=idle_ttl)
        # Reading should not write each time: a use is noted when the last one noted is this old,
        # and the idle time is counted from there.
        self._seen_interval = min(SEEN_INTERVAL, self._idle_ttl / 10)

    async def begin(self, stored: StoredSession, *, instead_of: str | None) -> str:
        """Store a session and return its secret; the one with the secret ``instead_of`` ends.

        The secret is new each time, so that nobody can sign others in to a session they know.
        """
        secret = new_secret()
        stored.digest = self._digest(secret)
        stored.created_at = stored.seen_at = utc_now()
        unused = StoredSession.seen_at < stored.seen_at - self._idle_ttl
        async with self._database.transaction() as database:
            database.add(stored)
            await database.execute(delete(StoredSession).where(unused))
            if instead_of is not None:
                await database.execute(self._delete(instead_of))
        return secret

    async def find(self, secret: str) -> Principal | None:
        """Return whose session it is, if there is one and it has not ended."""
        digest = self._digest(secret)
        async with self._database.session() as database:
            stored = await database.get(StoredSession, digest)
        now = utc_now()
        if (
            stored is None
            or stored.created_at <= now - self._ttl
            or stored.seen_at <= now - self._idle_ttl
        ):
            return None
        if stored.seen_at <= now - self._seen_interval:
            query = update(StoredSession).where(StoredSession.digest == digest).values(seen_at=now)
            async with self._database.transaction() as database:
                await database.execute(query)
        return stored.to_principal()

    async def end(self, secret: str) -> None:
        """End a session: its secret is worth nothing from then on."""
        async with self._database.transaction() as database:
            await database.execute(self._delete(secret))

    def _delete(self, secret: str) -> Delete:
        return delete(StoredSession).where(StoredSession.digest == self._digest(secret))

    def _digest(self, secret: str) -> str:
        return hmac.digest(self._key, secret.encode(), "sha256").hex()
