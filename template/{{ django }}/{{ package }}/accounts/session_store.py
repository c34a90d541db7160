"""Sessions in the database."""

import re

from django.contrib.sessions.backends import db

KEY = re.compile("[a-z0-9]{32}")


class SessionStore(db.SessionStore):
    """Django's own, which looks only for keys that it could have made itself.

    Django looks for whatever the cookie says, and not every database takes every text.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and KEY.fullmatch(key) is not None
