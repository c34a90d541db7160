"""What CONTRACT.md, section 10, promises to the person at the keyboard.

Apart from the contract suite, which every stack is held to: none of this depends on more than the
framework.
"""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest

from tests.checkout import Checkout
from tests.contract.databases import create
from tests.contract.project import Project
from tests.contract.service import Service
from tests.contract.stacks import Stack
from tests.questionnaire import choices
from tests.stacks import scaffold
from tests.terminal import Terminal

Serve = Callable[..., Service]

# How each framework's own tool asks a second time.
ONCE_MORE = {"django": "Again: "}
TITLE = 'title="My Service"'


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(f"by-hand-{name}"))
        for name in choices("framework", built=True)
    ],
)
def project(
    request: pytest.FixtureRequest, checkout: Checkout, tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """Return a service as `make new` leaves it: nothing is installed."""
    stack = Stack.parse(f"{request.param}-sqlite-memory-jwt-bare")
    directory = tmp_path_factory.mktemp("by-hand") / "my-service"
    scaffold(checkout, directory, stack.answers)
    return Project(directory, stack)


@pytest.fixture
def serve(project: Project, tmp_path: Path) -> Iterator[Serve]:
    """Start the project with a database of its own, by the make target named."""
    with ExitStack() as services:

        def start(target: str) -> Service:
            database = create("sqlite", tmp_path)
            service = Service(project, database, {}, tmp_path / "log", target=target)
            services.callback(service.dispose)
            return service.start()

        yield start


def test_run_sets_up_what_is_missing(project: Project, serve: Serve) -> None:
    shutil.rmtree(project.directory / ".venv", ignore_errors=True)

    service = serve("run")
    assert httpx2.get(f"{service.url}/health/ready").json()["status"] == "ok"


def test_dev_reloads_what_was_edited(project: Project, serve: Serve) -> None:
    service = serve("dev")
    assert is_titled(service, "My Service", seconds=0)
    (module,) = [
        path
        for folder in ("src", "config")
        for path in (project.directory / folder).rglob("*.py")
        if TITLE in path.read_text(encoding="utf-8")
    ]
    before = module.read_text(encoding="utf-8")

    module.write_text(before.replace(TITLE, 'title="Another"'), encoding="utf-8")
    try:
        assert is_titled(service, "Another", seconds=60)
    finally:
        module.write_text(before, encoding="utf-8")


def is_titled(service: Service, title: str, *, seconds: float) -> bool:
    """Tell whether its OpenAPI document has the title before so long."""
    end = time.monotonic() + seconds
    while True:
        # While it starts anew it may refuse, or break off an answer.
        with suppress(httpx2.HTTPError):
            document = httpx2.get(f"{service.url}/openapi.json")
            if document.is_success and document.json()["info"]["title"] == title:
                return True
        if time.monotonic() > end:
            return False
        time.sleep(0.1)


def test_create_user_asks_for_the_password_twice_and_does_not_show_it(
    project: Project, serve: Serve
) -> None:
    service = serve("run")
    password = secrets.token_urlsafe(20)
    command = ("make", "create-user", "NAME=alice", "PERMISSIONS=state:write")
    database = f"DATABASE_URL={service.database.url}"
    with Terminal(project.directory, "env", database, *command) as terminal:
        terminal.wait_for("Password: ")
        terminal.type(f"{password}\n")
        terminal.wait_for(ONCE_MORE.get(project.stack.framework, "Repeat for confirmation: "))
        terminal.type(f"{password}\n")
        assert terminal.end() == 0, terminal.said

    assert password not in terminal.said
    form = {"username": "alice", "password": password}
    assert httpx2.post(f"{service.url}/auth/token", data=form).is_success
