"""Sessions in the database."""

import re

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from ..core.persistence import UNAVAILABLE

KEY = re.compile("[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    """Django's own, which looks only for keys that it could have made itself.

    Django looks for whatever the cookie says, and not every database takes every text. It takes a
    database that is not available for a session that is gone: here that is raised as what it is.
    """

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - as Django has it
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, UNAVAILABLE):
                raise error.__context__ from None
            raise

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and KEY.fullmatch(key) is not None
