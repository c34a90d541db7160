"""The public keys of the OpenID provider, which it may change at any time."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import jwt
import structlog
from structlog.typing import FilteringBoundLogger

from ..core.errors import UnavailableError
from .tokens import InvalidTokenError, usable_keys

logger: FilteringBoundLogger = structlog.get_logger()

LIFETIME = 600
"""How long keys are good before they are fetched anew, in seconds."""
PAUSE = 30
"""How long the provider is left alone after it was asked in vain, in seconds."""
RECOVERY = 5
"""How long it is left alone after it did not answer, in seconds."""

Fetch = Callable[[], list[dict[str, Any]]]


class SigningKeys:
    """Keys by their id, fetched when they are needed, for all threads.

    A key that is not known has them fetched at once, for the provider may have changed its
    keys; when that did not bring the key, others who ask for unknown keys are refused for a while
    without asking the provider. While it is away, known keys stay good, and those who ask for
    unknown ones do not each wait for it.
    """

    def __init__(self, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        """``fetch`` returns JSON Web Keys (RFC 7517) or raises ``UnavailableError``."""
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._good_until = self._silent_until = float("-inf")
        self._failure: UnavailableError | None = None
        self._fetching = Lock()

    def get(self, kid: str) -> jwt.PyJWK:
        """Return the key of this id, an empty id stands for the key without one.

        Raises ``InvalidTokenError`` when there is none, ``UnavailableError`` when none is known
        and the provider does not say.
        """
        if kid not in self._keys or self._clock() >= self._good_until:
            with self._fetching:
                self._renew(kid)
        try:
            return self._keys[kid]
        except KeyError:
            msg = "signed with an unknown key"
            raise InvalidTokenError(msg) from None

    def _renew(self, kid: str) -> None:
        now = self._clock()
        known = kid in self._keys
        if now < (self._good_until if known else self._silent_until):
            if self._failure is not None and not known:
                raise self._failure.with_traceback(None)
            return  # somebody else has asked while this call waited
        # Until the answer is there, others go on with the keys that are known.
        self._good_until = now + PAUSE
        try:
            self._keys = usable_keys(self._fetch())
        except UnavailableError as error:
            self._failure = error
            self._silent_until = self._clock() + RECOVERY
            if not known:
                raise
            logger.warning("signing keys not renewed")
            return
        self._failure = None
        self._good_until = now + LIFETIME
        if kid not in self._keys:
            self._silent_until = now + PAUSE
