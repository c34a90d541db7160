"""Everything that signing in needs, wired in one place."""

from dataclasses import dataclass
from typing import Self

import httpx2

from ..core.components import ComponentRegistry
from ..core.persistence import Database
from ..settings import Settings
from .bearer import CookieProtection
from .cookies import Cookie
from .login_attempts import LIFETIME, LoginAttempts
from .provider import OpenIdProvider, Registration
from .provider_client import ProviderClient
from .sessions import Sessions


@dataclass(frozen=True, slots=True)
class Authentication:
    """The provider, the sessions of those who have signed in there, and what protects them."""

    provider: OpenIdProvider
    attempts: LoginAttempts
    attempt_cookie: Cookie
    sessions: Sessions
    cookie: Cookie
    csrf: CookieProtection

    @classmethod
    def create(
        cls,
        settings: Settings,
        database: Database,
        components: ComponentRegistry,
        transport: httpx2.BaseTransport | None,
    ) -> Self:
        """Set up what ``settings`` describes; ``transport`` takes the place of the network."""
        key = settings.secret_key.get_secret_value()
        secure = settings.environment == "production"
        cookie = Cookie("session", max_age=settings.session_ttl, secure=secure)
        registration = Registration(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            audience=settings.oidc_audience,
            permissions_claim=settings.oidc_permissions_claim,
        )
        # Somebody waits for these answers: rather refused soon than served late.
        client = ProviderClient(
            "oidc",
            settings.oidc_issuer,
            timeout=3,
            attempts=2,
            breaker_reset=5,
            transport=transport,
        )
        return cls(
            provider=components.add(OpenIdProvider(registration, client)),
            attempts=LoginAttempts(key),
            attempt_cookie=Cookie("login", max_age=LIFETIME, secure=secure),
            sessions=Sessions(
                database,
                key=key,
                ttl=settings.session_ttl,
                idle_ttl=settings.session_idle_ttl,
            ),
            cookie=cookie,
            csrf=CookieProtection(key, cookie=cookie.name),
        )
