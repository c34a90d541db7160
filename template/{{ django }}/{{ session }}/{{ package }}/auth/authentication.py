"""Who is asking: whoever the session says has signed in."""

from django.conf import settings
from django.http import HttpRequest

from .django_permissions import granted
from .permissions import Principal
from .requirement import Requirement


def identify(request: HttpRequest) -> Principal | None:
    """Return who is asking with the permissions they have now, or ``None`` for anybody else."""
    user = request.user
    if not user.is_authenticated:
        return None
    return Principal(subject=user.get_username(), permissions=granted(user))


class Session(Requirement):
    """Demands that somebody has signed in, and permissions."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    # A 401 must name a scheme (RFC 9110, section 15.5.2), and none is registered for cookies.
    challenge = "Cookie"

    def identify(self, request: HttpRequest) -> Principal | None:
        return identify(request)


requires = Session
