"""Requests that come with the session cookie are checked before anything is done."""

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from .csrf import HEADER, SAFE_METHODS, CsrfProtection
from .errors import ForbiddenError
from .exception_handlers import handle_service_error


class CsrfMiddleware:
    """Answers requests that may be forged with 403.

    A request without the session cookie is nobody's, whoever had it sent.
    """

    def __init__(self, app: ASGIApp, *, protection: CsrfProtection) -> None:
        self._app = app
        self._protection = protection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            request = Request(scope)
            session = request.cookies.get(self._protection.cookie)
            try:
                if session is not None:
                    self._protection.check(request.method, request.headers, session)
            except ForbiddenError as error:
                response = await handle_service_error(request, error)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def install_csrf(app: FastAPI, protection: CsrfProtection) -> None:
    """Protect ``app``, and let its document name the cookie and the header with the token."""
    app.add_middleware(CsrfMiddleware, protection=protection)
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        if "csrf" not in document["components"]["securitySchemes"]:
            _describe(document, protection)
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def _describe(document: dict[str, Any], protection: CsrfProtection) -> None:
    schemes = document["components"]["securitySchemes"]
    schemes["session"]["name"] = protection.cookie
    schemes["csrf"] = {
        "type": "apiKey",
        "in": "header",
        "name": HEADER,
        "description": "The token from GET /auth/csrf",
    }
    for path in document["paths"].values():
        for method, operation in path.items():
            if method.upper() not in SAFE_METHODS:
                choices = operation.get("security", [])
                for choice in (choice for choice in choices if "session" in choice):
                    choice["csrf"] = []
