"""Section 7: accounts with passwords, made by `make create-user` (section 10)."""

import secrets
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx2
import pytest

from .client import Client
from .service import Service
from .sign_in import SignIn, WithAccounts, csrf_token

pytestmark = [pytest.mark.contract("7"), pytest.mark.only(has_accounts=True)]

LogIn = Callable[[str, str], httpx2.Response]
LIMIT = 10


@pytest.fixture(scope="session")
def log_in(service: Service) -> LogIn:
    """Return what tries a name and a password, the way of the chosen auth."""

    def attempt(name: str, password: str) -> httpx2.Response:
        client = service.client()
        if service.stack.auth == "jwt":
            return client.post("/auth/token", data={"username": name, "password": password})
        headers = {"X-CSRF-Token": csrf_token(client)}
        body = {"username": name, "password": password}
        return client.post("/auth/login", json=body, headers=headers)

    return attempt


@pytest.fixture(scope="session")
def known(service: Service, reader: Client) -> tuple[str, str]:
    """An account and its password."""
    assert reader
    return "reader", service.secrets["the password of reader"]


def words(answer: httpx2.Response) -> tuple[object, ...]:
    """Return what a caller can learn of a refusal."""
    problem = answer.json()
    told = [problem[member] for member in ("type", "title", "status", "detail", "instance")]
    return (answer.status_code, answer.headers["www-authenticate"], *told)


def test_right_password(log_in: LogIn, known: tuple[str, str]) -> None:
    """Lets in."""
    assert log_in(*known).is_success


def test_wrong_password_and_unknown_account(log_in: LogIn, known: tuple[str, str]) -> None:
    """401 in the same words."""
    wrong, unknown = log_in(known[0], "wrong"), log_in("nobody-here", "wrong")
    assert wrong.status_code == 401
    assert words(wrong) == words(unknown)


def test_same_time_for_unknown_account(log_in: LogIn, editor: Client) -> None:
    """A password is checked even when there is no account: hashing dominates the time."""
    assert editor

    def shortest(name: str) -> float:
        times = []
        for _ in range(4):
            started = time.perf_counter()
            log_in(name, "wrong")
            times.append(time.perf_counter() - started)
        return min(times)

    assert 1 / 2.5 < shortest("nobody-timed") / shortest("editor") < 2.5


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("reader", ""),
        ("", "x"),
        ("reader\0", "x"),
        ("reader", "x\0"),
        ("reader ", "wrong"),
        ("k" * 5000, "x"),
        ("reader", "x" * 50_000),
        ("' OR '1'='1", "x"),
        ("reader%", "x"),
        ("🚀", "🚀"),
    ],
)
def test_hostile_credentials(log_in: LogIn, name: str, password: str) -> None:
    """Refused like others."""
    assert log_in(name, password).status_code in {401, 422}


def test_too_many_failures(service: Service, log_in: LogIn) -> None:
    """The eleventh attempt is answered 429, even with the right password; others are let in."""
    password = secrets.token_urlsafe(16)
    service.create_user("guessed", password)
    assert [log_in("guessed", "wrong").status_code for _ in range(LIMIT)] == [401] * LIMIT
    answer = log_in("guessed", "wrong")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert log_in("guessed", password).status_code == 429
    assert log_in("somebody-else", "wrong").status_code == 401


def test_too_many_failures_of_an_unknown_account(log_in: LogIn) -> None:
    """The same, so that 429 does not tell which accounts exist."""
    statuses = [log_in("nobody-guessed", "wrong").status_code for _ in range(LIMIT + 1)]
    assert statuses == [401] * LIMIT + [429]


def at_once(log_in: LogIn, name: str, password: str) -> list[int]:
    """Sign in sixteen times at once; return the statuses in order of size."""
    barrier = Barrier(16)

    def attempt(_: int) -> int:
        barrier.wait()
        return log_in(name, password).status_code

    with ThreadPoolExecutor(16) as pool:
        return sorted(pool.map(attempt, range(16)))


def test_too_many_failures_at_once(log_in: LogIn) -> None:
    """Asking side by side does not buy more attempts, nor less."""
    assert at_once(log_in, "stormed", "wrong") == [401] * LIMIT + [429] * (16 - LIMIT)


def test_many_who_know_the_password_at_once(service: Service, log_in: LogIn) -> None:
    """None of them has failed, so all are let in."""
    password = secrets.token_urlsafe(16)
    service.create_user("shared", password)
    statuses = at_once(log_in, "shared", password)
    assert statuses[-1] < 300, statuses


def test_passwords_are_argon2id(service: Service, known: tuple[str, str]) -> None:
    """Nothing weaker is stored, and never the password."""
    content = service.database.content()
    assert "argon2id$" in content
    assert known[1] not in content


def test_passwords_as_typed(service: Service, log_in: LogIn) -> None:
    """Every character counts, blanks at the ends too; PERMISSIONS may be left out."""
    password = " pässwörd 🚀 with spaces " + "p" * 150 + " "
    result = service.make("create-user", "NAME=typed", stdin=f"{password}\n")
    assert result.returncode == 0, result.stdout + result.stderr
    assert log_in("typed", password).is_success
    assert not log_in("typed", password.strip()).is_success
    assert not log_in("typed", password[:-2] + " ").is_success


# make create-user ---------------------------------------------------------------


@pytest.mark.contract("10")
def test_existing_user_needs_update(
    service: Service, log_in: LogIn, sign_in_to: Callable[[Service], SignIn]
) -> None:
    """Without UPDATE=1 nothing changes; with it password and permissions do."""
    sign_in = sign_in_to(service)
    assert isinstance(sign_in, WithAccounts)
    old, new = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    body = {"value": 1}
    assert service.create_user("twice", old, "state:write").returncode == 0
    refused = service.create_user("twice", new)
    assert refused.returncode != 0
    assert "twice" in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stdout + refused.stderr
    assert log_in("twice", new).status_code == 401
    assert sign_in.enter("twice", old).put("/state/twice", json=body).status_code == 200
    updated = service.create_user("twice", new, update=True)
    assert updated.returncode == 0, updated.stdout + updated.stderr
    assert log_in("twice", old).status_code == 401
    assert sign_in.enter("twice", new).put("/state/twice", json=body).status_code == 403


@pytest.mark.contract("10")
def test_an_account_made_before_the_first_start(new_service: Callable[..., Service]) -> None:
    """The command makes the tables that it needs."""
    service = new_service("accounts")
    try:
        result = service.create_user("early", secrets.token_urlsafe(16), "state:write")
        assert result.returncode == 0, result.stdout + result.stderr
        assert "early" in service.database.content()
    finally:
        service.dispose()


BAD = {
    "no name": (["PERMISSIONS=state:write"], "secret-enough\n", "NAME"),
    "empty name": (["NAME=", "PERMISSIONS=state:write"], "secret-enough\n", "NAME"),
    "permission": (["NAME=refused", "PERMISSIONS=nonsense"], "secret-enough\n", "nonsense"),
    "no password": (["NAME=refused", "PERMISSIONS=state:write"], "", "password"),
    "empty password": (["NAME=refused", "PERMISSIONS=state:write"], "\n", "password"),
}


@pytest.fixture(scope="session")
def bad_results(service: Service) -> dict[str, subprocess.CompletedProcess[str]]:
    """What each of the bad commands ended with; they run side by side."""
    with ThreadPoolExecutor(2) as pool:
        running = {
            case: pool.submit(service.make, "create-user", *variables, stdin=stdin)
            for case, (variables, stdin, _) in BAD.items()
        }
    return {case: future.result() for case, future in running.items()}


@pytest.mark.contract("10")
@pytest.mark.parametrize("case", BAD)
def test_bad_create_user(
    case: str, bad_results: dict[str, subprocess.CompletedProcess[str]], log_in: LogIn
) -> None:
    """One sentence that names what is wrong, and no account."""
    result = bad_results[case]
    output = result.stdout + result.stderr
    assert result.returncode != 0
    assert BAD[case][2].lower() in output.lower(), output
    assert "Traceback" not in output
    assert "secret-enough" not in output
    assert log_in("refused", "secret-enough").status_code == 401


@pytest.mark.contract("10")
def test_names_are_not_run(service: Service, tmp_path: Path) -> None:
    """A name or a permission is data for the command, whatever the shell would make of it."""
    marker = tmp_path / "run"
    touch = f"touch {marker}"
    nasty = f"a; {touch} $({touch}) `{touch}` ' ; {touch} \" ; {touch}"
    for variables in (
        [f"NAME={nasty}", "PERMISSIONS=state:write"],
        ["NAME=nasty", f"PERMISSIONS={nasty}"],
    ):
        service.make("create-user", *variables, stdin="pass word 1\n")
    assert not marker.exists()
