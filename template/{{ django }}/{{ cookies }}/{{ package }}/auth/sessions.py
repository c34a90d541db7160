"""How long a session goes on: until nobody has used it for a while, and not for ever."""

import time

from django.conf import settings
from django.http import HttpRequest

SEEN_INTERVAL = 60


def begin(request: HttpRequest) -> None:
    """Begin a session under a new id: what the browser brought along is not what it leaves with."""
    request.session.flush()
    request.session["begun"] = request.session["seen"] = time.time()


def goes_on(request: HttpRequest) -> bool:
    """Whether the session has begun less than ``settings.SESSION_TTL`` seconds ago.

    Django lets sessions expire ``settings.SESSION_COOKIE_AGE`` seconds after they were last
    stored. Reading should not write each time: a use is noted when the last one noted is this old.
    """
    now = time.time()
    session = request.session
    if now - session.get("begun", 0) >= settings.SESSION_TTL:
        return False
    if now - session.get("seen", 0) >= min(SEEN_INTERVAL, settings.SESSION_COOKIE_AGE / 10):
        session["seen"] = now
    return True
