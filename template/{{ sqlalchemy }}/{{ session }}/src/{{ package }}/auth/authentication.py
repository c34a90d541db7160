"""Everything that signing in needs, wired in one place."""

from dataclasses import dataclass
from typing import Self

from ..core.csrf import CsrfProtection
from ..core.persistence import Database
from ..settings import Settings
from .accounts import Accounts
from .cookies import Cookie
from .sessions import Sessions
from .stored_session import delete_sessions


@dataclass(frozen=True, slots=True)
class Authentication:
    """Accounts, the sessions of those who have signed in, and what protects them."""

    accounts: Accounts
    sessions: Sessions
    cookie: Cookie
    csrf: CsrfProtection

    @classmethod
    def create(cls, settings: Settings, database: Database) -> Self:
        """Set up what ``settings`` describes."""
        key = settings.secret_key.get_secret_value()
        cookie = Cookie(
            "session",
            max_age=settings.session_ttl,
            secure=settings.environment == "production",
        )
        return cls(
            accounts=Accounts(database, sign_out=delete_sessions),
            sessions=Sessions(
                database,
                key=key,
                ttl=settings.session_ttl,
                idle_ttl=settings.session_idle_ttl,
            ),
            cookie=cookie,
            csrf=CsrfProtection(key, cookie=cookie.name),
        )
