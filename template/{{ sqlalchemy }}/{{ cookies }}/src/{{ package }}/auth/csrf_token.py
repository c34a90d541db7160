"""The CSRF token, as the service gives it away."""

from pydantic import BaseModel


class CsrfToken(BaseModel):
    """What requests that change something must carry in ``X-CSRF-Token``."""

    csrf_token: str
