"""Settings: the OpenID provider, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "ENVIRONMENT": "production",
    "SECRET_KEY": "0123456789abcdef" * 4,
    "ALLOWED_HOSTS": "api.example.com",
}
SHOW = "from django.conf import settings; print(settings.LOGIN_COOKIE_NAME)"


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """Read the settings as production does, with the provider of the tests but for the changes."""
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env={**os.environ, **PRODUCTION, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_in_production_the_cookie_of_an_attempt_is_for_this_host_alone() -> None:
    started = start()
    assert started.stdout.strip() == "__Host-login", started.stderr


@pytest.mark.parametrize(
    "name", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_AUDIENCE"]
)
def test_without_the_whole_registration_nothing_starts(name: str) -> None:
    refused = start(**{name: ""})
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"The settings are not valid: {name} must be set")
    assert "of the tests" not in refused.stderr
