"""Everything that telling callers apart needs, wired in one place."""

from dataclasses import dataclass
from typing import Self

from ..core.persistence import Database
from .key_store import KeyStore


@dataclass(frozen=True, slots=True)
class Authentication:
    """The keys of those who may call."""

    keys: KeyStore

    @classmethod
    def create(cls, database: Database) -> Self:
        """Set up the keys in ``database``."""
        return cls(keys=KeyStore(database))
