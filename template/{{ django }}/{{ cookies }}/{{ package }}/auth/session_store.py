"""How long a session goes on: until nobody has used it for a while, and not for ever."""

import time
from copy import deepcopy
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import Error

from ..accounts import session_store

SEEN_INTERVAL = 60


class SessionStore(session_store.SessionStore):
    """Sessions that end ``settings.SESSION_TTL`` seconds after they began.

    Django lets them expire ``settings.SESSION_COOKIE_AGE`` seconds after they were last stored.
    Reading should not write each time: a use is noted when the last one noted is a while ago. A
    request that has done its work does not fail for want of that note.
    """

    _noted: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        session = super().load()
        now = time.time()
        if session and now - session.get("begun", 0) >= settings.SESSION_TTL:
            self.delete()
            self._session_key = None
            return {}
        if session and now - session.get("seen", 0) >= _interval():
            session["seen"] = now
            self.modified = True
            self._noted = deepcopy(session)
        return session

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - as Django has it
        try:
            super().save(must_create)
        except (UpdateError, Error):
            if must_create or dict(self.items()) != self._noted:
                raise

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        now = time.time()
        return super().create_model_instance({"begun": now, "seen": now, **data})


def _interval() -> float:
    return float(min(SEEN_INTERVAL, settings.SESSION_COOKIE_AGE / 10))
