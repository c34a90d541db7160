"""Section 10: the make targets and the environment. Also section 7: no usable default secrets."""

import socket
import time
from collections.abc import Callable, Mapping
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
    deadline = time.monotonic() + 60
    while (code := service.exit_code()) is None:
        assert not service.is_alive(), "it started"
        assert time.monotonic() < deadline, f"it neither started nor ended:\n{service.logged()}"
        time.sleep(0.1)
    said = service.logged()
    assert code != 0
    assert "Traceback" not in said
    assert len(said.strip().splitlines()) <= 4, f"more than a sentence:\n{said}"
    return said


# Where SECRET_KEY signs something.
SECRETIVE = frozenset({"jwt", "session", "oidc"})
WEAK = {
    "missing": "",
    "short": "short",
    "31 bytes": "x" * 31,
    "development's": "for development only, never for production",
    "example's": "change-me",
}
NOT_REFUSED = "not refused: "
BAD = {
    "no hosts": {**PRODUCTION, "ALLOWED_HOSTS": ""},
    "environment": {"ENVIRONMENT": "staging-typo"},
    "flags no json": {"FLAGS": "price-conversion"},
    "flags no object": {"FLAGS": "[true]"},
    "flags no boolean": {"FLAGS": '{"price-conversion": "yes"}'},
    "flags unknown": {"FLAGS": '{"no-such-flag": true}'},
    "database no url": {"DATABASE_URL": "nonsense://ada:hunter2-secret@db/x"},
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


RATES = {
    "RATES_URL": "not a url",
    "RATES_TIMEOUT": "-1",
    "RATES_ATTEMPTS": "0",
    "RATES_BREAKER_THRESHOLD": "x",
    "RATES_BREAKER_RESET": "soon",
}


@pytest.fixture(scope="session")
def refusals(new_service: Callable[..., Service], stack: Stack) -> dict[str, str]:
    """What a service said that must refuse to start, for each case; they run side by side."""
    cases = dict(BAD)
    if stack.example:
        cases |= {name: {name: value} for name, value in RATES.items()}
    if stack.auth in SECRETIVE:
        cases |= {name: {**PRODUCTION, "SECRET_KEY": key} for name, key in WEAK.items()}
    if stack.auth == "jwt":
        cases["token ttl"] = {"ACCESS_TOKEN_TTL": "0"}

    def start(names: list[str]) -> str:
        settings = {variable: value for name in names for variable, value in cases[name].items()}
        service = new_service("refused", **settings)
        try:
            return refusal(service)
        except AssertionError as error:
            # Told to the tests of these cases, and to no other.
            return f"{NOT_REFUSED}{error}"
        finally:
            service.dispose()

    groups = together(cases)
    with ThreadPoolExecutor(2) as pool:
        said = pool.map(start, groups)
        return {name: words for names, words in zip(groups, said, strict=True) for name in names}


def together(cases: Mapping[str, Mapping[str, str]]) -> list[list[str]]:
    """Return which cases one start can hold: those with settings of their own, in development.

    A service names all that is wrong at once, so a start for each case would tell nothing more.
    What production asks for is looked at once all else is right.
    """
    groups: list[list[str]] = []
    for name, settings in cases.items():
        for group in groups:
            taken = {variable for other in group for variable in cases[other]}
            if not settings.keys() & taken and "SECRET_KEY" not in settings.keys() | taken:
                group.append(name)
                break
        else:
            groups.append([name])
    return groups


def said_for(refusals: dict[str, str], case: str) -> str:
    """Return what the service said, if it refused properly."""
    said = refusals[case]
    assert not said.startswith(NOT_REFUSED), said.removeprefix(NOT_REFUSED)
    return said


@pytest.mark.contract("7")
@pytest.mark.only(auth=SECRETIVE)
@pytest.mark.parametrize("case", WEAK)
def test_weak_secret_in_production(refusals: dict[str, str], case: str) -> None:
    """Refused, naming SECRET_KEY and never showing it."""
    said = said_for(refusals, case)
    assert "SECRET_KEY" in said
    if WEAK[case]:
        assert WEAK[case] not in said


@pytest.mark.parametrize("case", BAD)
def test_bad_settings(refusals: dict[str, str], case: str) -> None:
    """Refused in one sentence that names the variable."""
    named = next(name for start, name in NAMED.items() if case.startswith(start))
    assert named in said_for(refusals, case)


@pytest.mark.only(example=True)
@pytest.mark.parametrize("name", RATES)
def test_bad_rates_settings(refusals: dict[str, str], name: str) -> None:
    """Refused in one sentence that names the variable."""
    assert name in said_for(refusals, name)


@pytest.mark.only(auth="jwt")
def test_bad_token_settings(refusals: dict[str, str]) -> None:
    """A time to live that is none."""
    assert "ACCESS_TOKEN_TTL" in said_for(refusals, "token ttl")


def test_secrets_are_not_in_refusals(refusals: dict[str, str]) -> None:
    """What else was configured is not told on the way."""
    assert "hunter2-secret" not in said_for(refusals, "database no url")


@pytest.mark.only(auth="oidc")
@pytest.mark.parametrize("name", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_missing_provider(passing_service: Callable[..., Service], name: str) -> None:
    """In production nothing about the provider is guessed."""
    service = passing_service("refused", **PRODUCTION)
    del service.environment[name]
    assert name in refusal(service)


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
