import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "Pz4!vQ0w9s-Lm3x7Rk2_Tb8yUe5nHj6aGc1dFf0iKo-and-some-more",
    "ALLOWED_HOSTS": "api.example.com,*.example.org",
}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the service in another process, with these variables."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **variables}
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_has_nothing_to_be_warned_of() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["SESSION", "CSRF"])
def test_in_production_no_other_host_can_plant_a_cookie(name: str) -> None:
    told = manage("diffsettings", **PRODUCTION)
    assert f"{name}_COOKIE_NAME = '__Host-" in told.stdout


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY must be set outside development"),
        ({**PRODUCTION, "SECRET_KEY": "x" * 31}, "SECRET_KEY must have at least 32 bytes"),
        ({**PRODUCTION, "ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must be set in production"),
        ({"PORT": "65536", "WORKERS": "0"}, "PORT must be a whole number from 0 to 65535; WORKERS"),
    ],
)
def test_bad_settings_stop_every_command_with_one_line(
    variables: dict[str, str], reason: str
) -> None:
    stopped = manage("check", **variables)
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("The settings are not valid: ")
    assert reason in stopped.stderr
    assert len(stopped.stderr.strip().splitlines()) == 1
