"""Requests that come with the session cookie are checked before anything is done."""

from collections.abc import Mapping
from typing import Any, cast

from apiflask import APIFlask
from flask import request

from .csrf import HEADER, SAFE_METHODS, CsrfProtection


def request_headers() -> Mapping[str, str]:
    """Return the header fields of the request, which do not care for case."""
    return cast("Mapping[str, str]", request.headers)  # all of it that is used here


def init_app(app: APIFlask, protection: CsrfProtection) -> None:
    """Protect ``app``, and let its document name the header with the token."""

    def check() -> None:
        # A request without the session cookie is nobody's, whoever had it sent.
        session = request.cookies.get(protection.cookie)
        if session is not None:
            protection.check(request.method, request_headers(), session)

    app.before_request(check)
    app.config["SECURITY_SCHEMES"] = {
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": HEADER,
            "description": "The token from GET /auth/csrf",
        }
    }
    app.spec_processor(_demand_token)


def _demand_token(document: Any) -> Any:  # noqa: ANN401 - a JSON document
    for path in document["paths"].values():
        for method, operation in path.items():
            if method.upper() not in SAFE_METHODS:
                choices = operation.get("security", [])
                for choice in (choice for choice in choices if "session" in choice):
                    choice["csrf"] = []
    return document
