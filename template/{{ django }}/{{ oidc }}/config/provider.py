"""What must be right about the OpenID provider before anybody relies on it."""

import re
from collections.abc import Mapping

from .environment import Environment, can_be_asked

ISSUER = re.compile(r"https?://[^\s?#]+")
# What nobody on the way can change: keys are fetched from there.
SAFE_ISSUER = re.compile(r"https://|http://(localhost|127\.0\.0\.1|\[::1\])([:/]|$)")


def check_provider(
    env: Environment, environment: str, issuer: str, registration: Mapping[str, str]
) -> None:
    """Refuse what will not do in this environment.

    Only development may lack an issuer; the variables of the registration are not used then.
    """
    if not issuer and environment != "development":
        env.refuse("OIDC_ISSUER", "must be set outside development")
    elif issuer and not (ISSUER.fullmatch(issuer) and can_be_asked(issuer)):
        env.refuse("OIDC_ISSUER", "must look like https://login.example.com")
    elif environment == "production" and not SAFE_ISSUER.match(issuer):
        env.refuse("OIDC_ISSUER", "must be an https address in production")
    for name, value in registration.items():
        if not value and (issuer or environment != "development"):
            env.refuse(name, "must be set")
