"""Passwords, kept as argon2id hashes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from pwdlib import PasswordHash

MIN_LENGTH = 8
MAX_LENGTH = 1024

_hasher = PasswordHash.recommended()
# A check takes 64 MiB and about a tenth of a second of a core: two at a time, away from the loop.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")


async def hash_password(password: str) -> str:
    """Return the hash to keep of a password.

    Raises ``ValueError`` when it is shorter than 8 or longer than 1024 characters.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        msg = f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters"
        raise ValueError(msg)
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether this is the password; without a hash it takes as long and is not."""
    if len(password) > MAX_LENGTH:
        return False
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _verify, password, password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    # Made in any case, or the first caller to name nobody would wait twice as long.
    of_nobody = _hash_of_nobody()
    return _hasher.verify(password, password_hash or of_nobody) and password_hash is not None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")
