"""Golden file lists: the files that a few named sets of answers make; a change is read by eye."""

from pathlib import Path

from tests.questionnaire import Answers
from tests.rendering import files_of, render

FOLDER = Path(__file__).resolve().parent

# One line for each list: <name>.txt in this folder.
NAMED: dict[str, Answers] = {
    "fastapi": {},
    "fastapi-open": {"auth": "none"},
    "fastapi-session": {"auth": "session"},
    "fastapi-oidc": {"auth": "oidc"},
    "fastapi-api-key": {"auth": "api_key"},
    "fastapi-bare": {"example": False},
    "fastapi-bare-open-gitlab": {"auth": "none", "example": False, "ci": "gitlab"},
    "fastapi-mysql-memcached": {"database": "mysql", "cache": "memcached"},
    "fastapi-postgresql-redis": {"database": "postgresql", "cache": "redis"},
    "fastapi-mit-no-ci": {"ci": "none", "license": "mit"},
    "litestar": {"framework": "litestar"},
    "litestar-session-postgresql-redis": {
        "framework": "litestar",
        "auth": "session",
        "database": "postgresql",
        "cache": "redis",
    },
    "litestar-api-key-mysql-memcached": {
        "framework": "litestar",
        "auth": "api_key",
        "database": "mysql",
        "cache": "memcached",
    },
    "litestar-oidc": {"framework": "litestar", "auth": "oidc"},
    "litestar-bare-open": {"framework": "litestar", "auth": "none", "example": False},
    "django": {"framework": "django"},
    "django-session-postgresql-redis": {
        "framework": "django",
        "auth": "session",
        "database": "postgresql",
        "cache": "redis",
    },
    "django-api-key-mysql-memcached": {
        "framework": "django",
        "auth": "api_key",
        "database": "mysql",
        "cache": "memcached",
    },
    "django-oidc": {"framework": "django", "auth": "oidc"},
    "django-bare-open": {"framework": "django", "auth": "none", "example": False},
    "flask": {"framework": "flask"},
    "flask-session-postgresql-redis": {
        "framework": "flask",
        "auth": "session",
        "database": "postgresql",
        "cache": "redis",
    },
    "flask-api-key-mysql-memcached": {
        "framework": "flask",
        "auth": "api_key",
        "database": "mysql",
        "cache": "memcached",
    },
    "flask-oidc": {"framework": "flask", "auth": "oidc"},
    "flask-bare-open": {"framework": "flask", "auth": "none", "example": False},
}


def file_list(template: Path, target: Path, answers: Answers) -> str:
    """Return the paths that the answers make, one a line, sorted."""
    return "".join(f"{path}\n" for path in files_of(render(template, target, answers)))
