"""Requests that come with the session cookie are checked before anything is done."""

from dataclasses import replace
from typing import Any

from litestar import Request
from litestar.config.app import AppConfig
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins import InitPlugin, ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from .csrf import HEADER, SAFE_METHODS, CsrfProtection


class CsrfMiddleware(ASGIMiddleware):
    """Refuses requests that may be forged.

    A request without the session cookie is nobody's, whoever had it sent. Litestar's own
    middleware of this kind takes one token for all sessions, and looks at no ``Origin``.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, protection: CsrfProtection) -> None:
        self._protection = protection

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request = Request[Any, Any, Any](scope)
        session = request.cookies.get(self._protection.cookie)
        if session is not None:
            self._protection.check(request.method, request.headers, session)
        await next_app(scope, receive, send)


class CsrfPlugin(InitPlugin, ReceiveRoutePlugin):
    """Protects every handler, and lets the document name the cookie and the token."""

    def __init__(self, protection: CsrfProtection) -> None:
        self._protection = protection

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.middleware.insert(0, CsrfMiddleware(self._protection))
        config = app_config.openapi_config
        if config is not None and isinstance(config.components, Components):
            schemes = config.components.security_schemes or {}
            session = schemes["session"]
            if isinstance(session, SecurityScheme):
                schemes["session"] = replace(session, name=self._protection.cookie)
            schemes["csrf"] = SecurityScheme(
                type="apiKey",
                security_scheme_in="header",
                name=HEADER,
                description="The token from GET /auth/csrf",
            )
        return app_config

    def receive_route(self, route: BaseRoute) -> None:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if not handler.http_methods <= SAFE_METHODS:
                    for choice in handler.security or ():
                        if "session" in choice:
                            choice["csrf"] = []
