"""Passwords, kept as argon2id hashes."""

from functools import cache
from threading import Semaphore

from pwdlib import PasswordHash

MIN_LENGTH = 8
MAX_LENGTH = 1024

_hasher = PasswordHash.recommended()
# A check takes 64 MiB and about a tenth of a second of a core: two at a time.
_at_once = Semaphore(2)


def hash_password(password: str) -> str:
    """Return the hash to keep of a password.

    Raises ``ValueError`` when it is shorter than 8 or longer than 1024 characters.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        msg = f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters"
        raise ValueError(msg)
    with _at_once:
        return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether this is the password; without a hash it takes as long and is not."""
    if len(password) > MAX_LENGTH:
        return False
    with _at_once:
        # Made in any case, or the first caller to name nobody would wait twice as long.
        of_nobody = _hash_of_nobody()
        return _hasher.verify(password, password_hash or of_nobody) and password_hash is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")
