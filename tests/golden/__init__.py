"""Golden file lists: the files that a few named sets of answers make; a change is read by eye."""

from pathlib import Path

from tests.questionnaire import Answers
from tests.rendering import files_of, render

FOLDER = Path(__file__).resolve().parent

OF_EACH: dict[str, Answers] = {
    "": {},
    "-session-postgresql-redis": {"auth": "session", "database": "postgresql", "cache": "redis"},
    "-api-key-mysql-memcached": {"auth": "api_key", "database": "mysql", "cache": "memcached"},
    "-oidc": {"auth": "oidc"},
    "-bare-open": {"auth": "none", "example": False},
}
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
}
NAMED |= {
    f"{framework}{suffix}": {"framework": framework, **answers}
    for framework in ("litestar", "django", "flask")
    for suffix, answers in OF_EACH.items()
}


def file_list(template: Path, target: Path, answers: Answers) -> str:
    """Return the paths that the answers make, one a line, sorted."""
    return "".join(f"{path}\n" for path in files_of(render(template, target, answers)))
