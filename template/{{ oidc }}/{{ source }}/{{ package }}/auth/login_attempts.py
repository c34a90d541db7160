"""What has to be remembered while somebody is away at the provider to sign in."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import jwt

ALGORITHM = "HS256"
LIFETIME = 600
"""How long somebody may take to sign in at the provider, in seconds."""
# A path of this service. For browsers ``//`` and ``/\`` begin the name of another one.
LOCAL_PATH = r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$"


class InvalidAttemptError(Exception):
    """There was no such attempt, it was somebody else's, or it is too old."""


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """One attempt to sign in, sealed in a cookie of the browser that makes it.

    ``state`` ties the provider's answer to this browser, ``nonce`` the ID token to this attempt
    (OpenID Connect Core 1.0), and whoever exchanges the code must know ``verifier`` (RFC 7636).
    ``next_path`` is where the browser goes afterwards.
    """

    state: str
    nonce: str
    verifier: str
    next_path: str

    @classmethod
    def begin(cls, next_path: str) -> Self:
        """Return a new attempt, which nobody can guess."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, next_path)

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier (RFC 7636, section 4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class LoginAttempts:
    """Seals attempts, so that a browser can keep them and not change them."""

    def __init__(self, key: str) -> None:
        """Whoever knows ``key`` can make up attempts."""
        # A key of its own, so that nothing else that is signed can pass for an attempt.
        self._key = hmac.digest(key.encode(), b"login attempt", "sha256")

    def seal(self, attempt: LoginAttempt) -> str:
        """Return the attempt as a text that is good for ten minutes."""
        expiry = datetime.now(UTC) + timedelta(seconds=LIFETIME)
        return jwt.encode({**asdict(attempt), "exp": expiry}, self._key, algorithm=ALGORITHM)

    def unseal(self, sealed: str, *, state: str) -> LoginAttempt:
        """Return the attempt that the provider's answer with this state belongs to.

        Raises ``InvalidAttemptError`` unless ``sealed`` is that attempt, unchanged and in time.
        """
        try:
            claims = jwt.decode(
                sealed, self._key, algorithms=[ALGORITHM], options={"require": ["exp"]}
            )
        except jwt.InvalidTokenError as error:
            raise InvalidAttemptError(str(error)) from error
        del claims["exp"]
        attempt = LoginAttempt(**claims)
        if not hmac.compare_digest(attempt.state.encode(), state.encode()):
            msg = "the answer belongs to another attempt"
            raise InvalidAttemptError(msg)
        return attempt
