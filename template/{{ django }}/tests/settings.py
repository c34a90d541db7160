"""Settings for tests: what the developer has set decides no more than where the servers are."""

import os
import re
from pathlib import Path

SERVERS = {"CACHE_URL", "DATABASE_URL"}
EXAMPLE = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")

for name in re.findall("^([A-Z_]+)=", EXAMPLE, re.MULTILINE):
    if name not in SERVERS:
        os.environ.pop(name, None)

os.environ |= {
    "ENVIRONMENT": "test",
    "LOG_FORMAT": "json",
    "SECRET_KEY": "of the tests, and long enough for a signature",
    "STATE_POLL_INTERVAL": "0.02",
    "RATES_URL": "http://rates.test",
    "RATES_BREAKER_THRESHOLD": "3",
    "RATES_ATTEMPTS": "1",
}

from config.settings import *  # noqa: E402, F403

# Of this process, so that several runs do not meet.
DATABASES["default"]["TEST"] = {  # noqa: F405
    "NAME": f"test_{os.getpid()}{Path(DATABASES['default']['NAME']).suffix}"  # noqa: F405
}

# Quick to compute; how passwords are kept in production has a test of its own.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
