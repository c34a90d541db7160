"""Everything that signing in needs, wired in one place."""

from dataclasses import dataclass
from typing import Self

from ..core.persistence import Database
from ..settings import Settings
from .accounts import Accounts
from .refresh_tokens import TokenService, delete_families


@dataclass(frozen=True, slots=True)
class Authentication:
    """Accounts, and the tokens of those who have signed in."""

    accounts: Accounts
    tokens: TokenService

    @classmethod
    def create(cls, settings: Settings, database: Database) -> Self:
        """Set up what ``settings`` describes."""
        return cls(
            accounts=Accounts(database, sign_out=delete_families),
            tokens=TokenService(
                database,
                key=settings.secret_key.get_secret_value(),
                access_ttl=settings.access_token_ttl,
                refresh_ttl=settings.refresh_token_ttl,
            ),
        )
