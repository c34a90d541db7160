"""Signing in with name and password, at the API and at the admin site alike."""

import re
from threading import BoundedSemaphore, Lock
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from ..core.errors import UnavailableError
from ..core.persistence import release_connection
from .models import NAME_PATTERN, Attempts, User
from .validators import MAX_PASSWORD

MAX_AT_ONCE = 30  # of forty threads: the rest is left to other requests

_places = BoundedSemaphore(MAX_AT_ONCE)
# A check takes 100 MiB and about a tenth of a second of a core: two at a time.
_checks = BoundedSemaphore(2)
# One attempt at a time for a name; names share a turn when their hashes do, which is seldom.
_turns = [Lock() for _ in range(64)]


class ThrottledBackend(ModelBackend):
    """Django's own backend, behind a limit on failures for one name.

    A wrong name takes as long as a wrong password. Raises ``TooManyRequestsError``, and
    ``UnavailableError`` while 30 others sign in.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - as Django has it
    ) -> User | None:
        if username is None or password is None or len(password) > MAX_PASSWORD:
            return None
        if not _places.acquire(blocking=False):
            msg = "Too many sign in at once."
            raise UnavailableError(msg)
        try:
            release_connection()  # who waits for a turn needs none
            # An attempt counts as failed until it succeeds: side by side, right ones would be
            # refused.
            with _turns[hash(username) % len(_turns)]:
                return self._authenticate(request, username, password, **kwargs)
        finally:
            _places.release()

    def _authenticate(
        self,
        request: HttpRequest | None,
        username: str,
        password: str,
        **kwargs: Any,  # noqa: ANN401 - as Django has it
    ) -> User | None:
        Attempts.objects.admit(username)
        # What can be no name is not looked for, and takes as long.
        name = username if re.fullmatch(NAME_PATTERN, username) else ""
        release_connection()  # who waits for a check needs none
        with _checks:
            user = super().authenticate(request, username=name, password=password, **kwargs)
        if user is not None:
            Attempts.objects.forget(username)
        return user

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,  # noqa: ANN401 - as Django has it
    ) -> User | None:
        """Authenticate as above; Django's own would go round the limit."""
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)
