"""Section 10: the make targets and the environment. Also section 7: no usable default secrets."""

import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from .service import Service
from .stacks import Stack

pytestmark = pytest.mark.contract("10")

STRONG = "contract-suite-strong-secret-key-0123456789"
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": STRONG, "ALLOWED_HOSTS": "127.0.0.1"}


def refusal(service: Service) -> str:
    """Start a service that must refuse to start; return what it said."""
    service.launch()
    try:
        code = service.wait(60)
    except subprocess.TimeoutExpired:
        message = f"it went on running:\n{service.logged()[-2000:]}"
        raise AssertionError(message) from None
    said = service.logged()
    assert code != 0
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) <= 4, f"more than a sentence:\n{said}"
    return said


@pytest.mark.only(auth={"jwt", "session", "oidc"})
@pytest.mark.parametrize(
    "secret",
    ["", "short", "x" * 31, "development only", "change-me"],
    ids=["missing", "short", "31 bytes", "development's", "example's"],
)
def test_weak_secret_in_production(passing_service: Callable[..., Service], secret: str) -> None:
    """Refused, naming SECRET_KEY and never showing it."""
    service = passing_service("weak", **{**PRODUCTION, "SECRET_KEY": secret})
    said = refusal(service)
    assert "SECRET_KEY" in said
    if secret:
        assert secret not in said


BAD = {
    "no hosts": {**PRODUCTION, "ALLOWED_HOSTS": ""},
    "environment": {"ENVIRONMENT": "staging-typo"},
    "flags no json": {"FLAGS": "price-conversion"},
    "flags no object": {"FLAGS": "[true]"},
    "flags no boolean": {"FLAGS": '{"price-conversion": "yes"}'},
    "flags unknown": {"FLAGS": '{"no-such-flag": true}'},
    "database no url": {"DATABASE_URL": "nonsense"},
    "database unknown": {"DATABASE_URL": "oracle://127.0.0.1/x"},
    "cache": {"CACHE_URL": "nonsense://x"},
    "port": {"PORT": "http"},
    "port too high": {"PORT": "65536"},
    "workers": {"WORKERS": "0"},
    "log level": {"LOG_LEVEL": "loud"},
    "log format": {"LOG_FORMAT": "xml"},
    "body limit": {"MAX_BODY_BYTES": "-1"},
}
NAMED = {
    "no hosts": "ALLOWED_HOSTS",
    "environment": "ENVIRONMENT",
    "flags": "FLAGS",
    "database": "DATABASE_URL",
    "cache": "CACHE_URL",
    "port": "PORT",
    "workers": "WORKERS",
    "log level": "LOG_LEVEL",
    "log format": "LOG_FORMAT",
    "body limit": "MAX_BODY_BYTES",
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings(passing_service: Callable[..., Service], case: str) -> None:
    """Refused in one sentence that names the variable."""
    said = refusal(passing_service("refused", **BAD[case]))
    named = next(name for start, name in NAMED.items() if case.startswith(start))
    assert named in said


@pytest.mark.only(example=True)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATES_URL", "not a url"),
        ("RATES_TIMEOUT", "-1"),
        ("RATES_ATTEMPTS", "0"),
        ("RATES_BREAKER_THRESHOLD", "x"),
        ("RATES_BREAKER_RESET", "soon"),
    ],
)
def test_bad_rates_settings(passing_service: Callable[..., Service], name: str, value: str) -> None:
    """Refused in one sentence that names the variable."""
    assert name in refusal(passing_service("refused", **{name: value}))


@pytest.mark.only(auth="jwt")
def test_bad_token_settings(passing_service: Callable[..., Service]) -> None:
    """A time to live that is none."""
    assert "ACCESS_TOKEN_TTL" in refusal(passing_service("refused", ACCESS_TOKEN_TTL="0"))


@pytest.mark.only(auth="oidc")
@pytest.mark.parametrize("name", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_missing_provider(passing_service: Callable[..., Service], name: str) -> None:
    """In production nothing about the provider is guessed."""
    service = passing_service("refused", **PRODUCTION)
    del service.environment[name]
    assert name in refusal(service)


def test_secrets_are_not_in_refusals(passing_service: Callable[..., Service], stack: Stack) -> None:
    """What else was configured is not told on the way."""
    said = refusal(
        passing_service(
            "refused",
            DATABASE_URL="nonsense://ada:hunter2-secret@db/x",
            RATES_TOKEN="hunter3-secret",
        )
    )
    assert "hunter2-secret" not in said
    assert "hunter3-secret" not in said
    assert stack.name


def test_port_taken(passing_service: Callable[..., Service]) -> None:
    """One sentence that names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        service = passing_service("taken", PORT=str(port))
        said = refusal(service)
    assert str(port) in said


@pytest.mark.only(database="sqlite")
def test_unwritable_database(passing_service: Callable[..., Service]) -> None:
    """One sentence, for a folder that is not there."""
    said = refusal(passing_service("unwritable", DATABASE_URL="sqlite:////nowhere/at/all/x.db"))
    assert "database" in said.lower()


def test_only_the_given_host(service: Service) -> None:
    """HOST=127.0.0.1 is not reachable from elsewhere."""
    others = {
        info[4][0]
        for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        if not str(info[4][0]).startswith("127.")
    } | {"127.0.0.2"}
    for host in others:
        with pytest.raises(OSError), socket.create_connection((str(host), service.port), timeout=1):  # noqa: PT011
            pass


# Commands -----------------------------------------------------------------------


def test_migrate_twice(new_service: Callable[..., Service]) -> None:
    """The second time there is nothing to do, and it is no error."""
    service = new_service("migrations")
    try:
        for _ in range(2):
            result = service.make("migrate")
            assert result.returncode == 0, result.stdout + result.stderr
    finally:
        service.dispose()


def test_migrate_from_two_machines(new_service: Callable[..., Service]) -> None:
    """At once on an empty database: all end well, and the service runs on what they made."""
    service = new_service("migrations")
    try:
        with ThreadPoolExecutor(3) as pool:
            results = list(pool.map(lambda _: service.make("migrate"), range(3)))
        for result in results:
            assert result.returncode == 0, result.stdout + result.stderr
        service.start()
        assert service.client().get("/health/ready").status_code == 200
    finally:
        service.dispose()


def test_help(service: Service, stack: Stack) -> None:
    """`make help` names every command of the contract, and no command of another auth."""
    said = service.make("help").stdout
    commands = {"setup", "run", "dev", "migrate", "test", "check", "services", "update", "help"}
    for command in commands:
        assert command in said
    assert ("create-user" in said) == stack.has_accounts
    assert ("create-key" in said) == (stack.auth == "api_key")
    assert ("revoke-key" in said) == (stack.auth == "api_key")


def test_dev(passing_service: Callable[..., Service]) -> None:
    """`make dev` serves at the same place."""
    service = passing_service("dev", target="dev").start()
    assert service.client().get("/flags").status_code == 200
