"""Stacks, projects and running services for the contract suite.

    pytest tests/contract                                       the default stacks
    pytest tests/contract --stack=fastapi-mysql-redis-jwt-bare  one stack; may be repeated
    pytest tests/contract --stack=NAME --project=DIR            a project that is already set up

A test says what it needs of a stack with `@pytest.mark.only(example=True, auth={"jwt"})` and which
section of CONTRACT.md it holds the service to with `@pytest.mark.contract("4")`.
"""

import functools
import itertools
import os
import secrets
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.contract_stacks import DEFAULT

from .client import Client
from .databases import create
from .instances import CACHE_INSTANCES, Instance, missing_programs
from .project import Project, scaffold
from .provider import Provider
from .rates import RatesService
from .service import Service
from .sign_in import SIGN_INS, SignIn
from .spare import Spare
from .stacks import Stack
from .watch import broken_promises

StartService = Callable[..., Service]
SECTIONS = {str(number) for number in range(1, 11)}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --stack and --project."""
    group = parser.getgroup("contract")
    group.addoption("--stack", action="append", metavar="NAME", help="a stack to test; repeatable")
    group.addoption("--project", type=Path, metavar="DIR", help="a project set up for the stack")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line("markers", "contract(section): the section of CONTRACT.md it covers")
    config.addinivalue_line("markers", "only(**properties): the stacks that the test is for")
    # Ended from outside, the run still stops what it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs a stack for every chosen stack."""
    if "stack" in metafunc.fixturenames:
        named = metafunc.config.getoption("stack", default=None)
        stacks = [Stack.parse(name) for name in named] if named else _default_stacks()
        metafunc.parametrize(
            "stack",
            [
                pytest.param(stack, marks=pytest.mark.xdist_group(stack.name), id=stack.name)
                for stack in stacks
            ],
            scope="session",
            indirect=True,
        )


@functools.cache
def _default_stacks() -> list[Stack]:
    """The default stacks whose servers and programs are there.

    The head of the report names those that are missing. With `REQUIRE_SERVERS=1` all stacks are
    tested, and those for which something is missing fail.
    """
    stacks = [Stack.parse(name) for name in DEFAULT]
    if os.environ.get("REQUIRE_SERVERS") == "1":
        return stacks
    return [
        stack
        for stack in stacks
        if all(server.answers() for server in servers.needed(stack.answers))
        and not missing_programs(stack.database, stack.cache, stack.auth)
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a stack has no part in, without calling it skipped."""
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        stack = _stack_of(item)
        fits = stack is None or all(
            stack.fits(**marker.kwargs) for marker in item.iter_markers("only")
        )
        (kept if fits else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _stack_of(item: pytest.Item) -> Stack | None:
    """Return the stack that the suite gave the test; others may call what they like a stack."""
    callspec = getattr(item, "callspec", None)
    stack = None if callspec is None else callspec.params.get("stack")
    return stack if isinstance(stack, Stack) else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test of a stack that names no section of the contract.

    Not while tests are collected: what a worker says of that is lost.
    """
    cited = {section for mark in item.iter_markers("contract") for section in mark.args}
    if _stack_of(item) is not None and not (cited and cited <= SECTIONS):
        pytest.fail("it has to cite the section of the contract that it is for", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test whose own assertions hold when a response it saw broke another promise."""
    yield
    if sentences := broken_promises.drain():
        listing = "\n".join(f"- {sentence}" for sentence in sentences)
        pytest.fail(f"seen in passing by {item.name}:\n{listing}", pytrace=False)


@pytest.fixture(autouse=True)
def forget_earlier_sightings() -> None:
    """Start each test with nothing seen; what fixtures saw counts for the test that needed them."""


# Stack and project --------------------------------------------------------------


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Stack:
    """The stack under test."""
    chosen: Stack = request.param
    return chosen


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for projects, databases and logs."""
    return tmp_path_factory.mktemp("contract")


@pytest.fixture(scope="session")
def premises() -> Iterator[Path]:
    """A directory for the data of servers, which run under accounts of their own.

    Not below pytest's: every pytest that starts on the machine locks others out of that again.
    """
    with tempfile.TemporaryDirectory(prefix="contract-") as directory:
        place = Path(directory)
        place.chmod(0o711)
        yield place


@pytest.fixture(scope="session")
def project(request: pytest.FixtureRequest, stack: Stack, workshop: Path) -> Project:
    """The generated repository, set up."""
    directory: Path | None = request.config.getoption("project", default=None)
    if directory is not None:
        return Project(directory.resolve(), stack)
    return scaffold(stack, workshop / stack.name)


# Servers around the service -----------------------------------------------------


@pytest.fixture(scope="session")
def cache_server(stack: Stack, premises: Path) -> Iterator[Instance | None]:
    """A cache server for all services of the stack; None when the cache is in memory."""
    kind = CACHE_INSTANCES.get(stack.cache)
    if kind is None:
        yield None
        return
    instance = kind(premises / f"cache-{stack.name}")
    instance.start()
    yield instance
    instance.stop()


@pytest.fixture(scope="session")
def provider(stack: Stack, workshop: Path) -> Iterator[Provider | None]:
    """The OpenID provider; None with another auth."""
    if stack.auth != "oidc":
        yield None
        return
    provider = Provider(workshop).start()
    yield provider
    provider.stop()


@pytest.fixture(scope="session")
def shared_rates() -> Iterator[RatesService]:
    """The exchange-rate service that services without a rate of their own in play talk to."""
    rates = RatesService()
    yield rates
    rates.refuse()


# Services -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def new_service(
    stack: Stack,
    project: Project,
    workshop: Path,
    cache_server: Instance | None,
    provider: Provider | None,
) -> Callable[..., Service]:
    """Make a service that is not started yet: `new_service("name", target="run", **environment)`.

    Pass `database=` for one that another service used. Whoever makes it disposes of it.
    """
    numbers = itertools.count(1)

    def make(name: str, *, target: str = "run", database: Any = None, **changes: str) -> Service:  # noqa: ANN401
        environment = {"SECRET_KEY": secrets.token_urlsafe(48)}
        if cache_server is not None:
            environment["CACHE_URL"] = cache_server.url
        if provider is not None:
            environment |= provider.environment
        environment |= changes
        log = workshop / f"{stack.name}-{name}-{next(numbers)}.log"
        service = Service(
            project, database or create(stack.database, workshop), environment, log, target=target
        )
        for variable in ("SECRET_KEY", "RATES_TOKEN", "OIDC_CLIENT_SECRET"):
            service.secrets[variable] = service.environment.get(variable, "")
        return service

    return make


@pytest.fixture(scope="session")
def start_service(new_service: Callable[..., Service]) -> Iterator[StartService]:
    """Start services that live until the stack is done."""
    with ExitStack() as services:

        def start(name: str, **changes: Any) -> Service:  # noqa: ANN401
            service = new_service(name, **changes)
            services.callback(service.dispose)
            return service.start()

        yield start


@pytest.fixture(scope="session")
def spare_of_the_stack(
    new_service: Callable[..., Service], sign_in_to: Callable[[Service], SignIn]
) -> Iterator[Spare]:
    """One spare service for all tests that stop theirs: its account and its tables stay."""
    service = new_service("spare")
    yield Spare(service, sign_in_to(service))
    service.dispose()


@pytest.fixture
def spare(spare_of_the_stack: Spare) -> Iterator[Spare]:
    """The spare service, ended before and after the test."""
    spare_of_the_stack.service.kill()
    yield spare_of_the_stack
    spare_of_the_stack.service.kill()


@pytest.fixture
def passing_service(new_service: Callable[..., Service]) -> Iterator[Callable[..., Service]]:
    """Make services that live for one test; they are not started."""
    with ExitStack() as services:

        def make(name: str, **changes: Any) -> Service:  # noqa: ANN401
            service = new_service(name, **changes)
            services.callback(service.dispose)
            return service

        yield make


@pytest.fixture(scope="session")
def service(start_service: StartService, stack: Stack, shared_rates: RatesService) -> Service:
    """The service most tests talk to, as `make run` starts it by default.

    With the example it also knows an exchange-rate service.
    """
    if not stack.example:
        return start_service("main")
    return start_service("main", **shared_rates.settings())


@pytest.fixture(scope="session")
def production(start_service: StartService) -> Service:
    """A service in production, with its hosts and one CORS origin set, and short-lived tokens."""
    return start_service(
        "production",
        ENVIRONMENT="production",
        ALLOWED_HOSTS="127.0.0.1,api.example.com",
        CORS_ORIGINS="https://app.example.com",
        ACCESS_TOKEN_TTL="2",
        REFRESH_TOKEN_TTL="3",
    )


@pytest.fixture(scope="session")
def workers(start_service: StartService, stack: Stack) -> Service:
    """A service of two processes that says all it can, with small bodies and no rates."""
    flags = {"FLAGS": '{"price-conversion": true}'} if stack.example else {}
    return start_service(
        "workers",
        WORKERS="2",
        MAX_BODY_BYTES="5000",
        LOG_LEVEL="debug",
        LOG_FORMAT="json",
        **flags,
    )


# Callers ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sign_in_to(provider: Provider | None) -> Callable[[Service], SignIn]:
    """Return what makes callers of a service."""

    def sign_in(service: Service) -> SignIn:
        return SIGN_INS[service.stack.auth](service, provider)

    return sign_in


@pytest.fixture(scope="session")
def anonymous(service: Service) -> Client:
    """A caller without credentials."""
    return service.client()


@pytest.fixture(scope="session")
def editor(service: Service, sign_in_to: Callable[[Service], SignIn]) -> Client:
    """A caller who may write everything."""
    return sign_in_to(service).client("editor", *service.stack.permissions)


@pytest.fixture(scope="session")
def reader(service: Service, sign_in_to: Callable[[Service], SignIn]) -> Client:
    """A caller who is known and may write nothing."""
    return sign_in_to(service).client("reader")


@pytest.fixture(scope="session")
def workers_editor(workers: Service, sign_in_to: Callable[[Service], SignIn]) -> dict[str, str]:
    """Headers of a caller who may write everything in the service of two processes."""
    sign_in = sign_in_to(workers)
    return sign_in.again(sign_in.client("editor", *workers.stack.permissions))
