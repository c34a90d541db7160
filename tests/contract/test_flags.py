"""Section 6: feature flags. Also section 10: what variables change."""

from collections.abc import Callable

import pytest

from .client import Client
from .products import create
from .rates import RatesService
from .service import Service
from .sign_in import SignIn

pytestmark = pytest.mark.contract("6")


@pytest.fixture(scope="session")
def plain(start_service: Callable[..., Service]) -> Service:
    """A service without an exchange-rate service, and with small limits."""
    return start_service(
        "plain", MAX_BODY_BYTES="2000"
    )


@pytest.fixture(scope="session")
def plain_editor(plain: Service, sign_in_to: Callable[[Service], SignIn]) -> Client:
    """A caller who may write there."""
    return sign_in_to(plain).client("editor", "products:write", "state:write")


@pytest.mark.only(example=True)
def test_flag_on(anonymous: Client) -> None:
    """As FLAGS says."""
    answer = anonymous.get("/flags")
    assert answer.status_code == 200
    assert answer.json()["flags"]["price-conversion"] is True


def test_flags_are_names_and_booleans(anonymous: Client) -> None:
    """Nothing else is told about them."""
    body = anonymous.get("/flags").json()
    assert body.keys() == {"flags"}
    assert all(isinstance(value, bool) for value in body["flags"].values())


@pytest.mark.only(example=True)
def test_flag_is_off_without_a_service_to_ask(plain_editor: Client) -> None:
    """No RATES_URL: the flag is off and the prices are not there."""
    assert plain_editor.get("/flags").json()["flags"]["price-conversion"] is False
    path = f"/products/{create(plain_editor)['id']}/prices"
    assert plain_editor.get(path, params={"currencies": "EUR"}).status_code == 404


@pytest.mark.only(example=True)
def test_flag_off_with_a_service_to_ask(
    passing_service: Callable[..., Service],
    sign_in_to: Callable[[Service], SignIn],
    shared_rates: RatesService,
) -> None:
    """FLAGS turns off what could be on: 404, and nobody is asked."""
    service = passing_service(
        "flag-off", RATES_URL=shared_rates.url, FLAGS='{"price-conversion": false}'
    ).start()
    editor = sign_in_to(service).client("editor", "products:write")
    path = f"/products/{create(editor)['id']}/prices"
    shared_rates.reset()
    assert editor.get("/flags").json() == {"flags": {"price-conversion": False}}
    assert editor.get(path, params={"currencies": "EUR"}).status_code == 404
    assert editor.get(path, params={"currencies": "nonsense"}).status_code == 404
    assert shared_rates.calls == []


@pytest.mark.contract("10")
def test_max_body_bytes(plain_editor: Client) -> None:
    """MAX_BODY_BYTES is the limit."""
    assert plain_editor.put("/state/a", json={"value": "x" * 1500}).status_code == 200
    assert plain_editor.put("/state/a", json={"value": "x" * 2100}).status_code == 413


@pytest.mark.contract("10")
def test_log_for_people(plain: Service) -> None:
    """In development the log is for reading, one line a request, and names the request id."""
    start = plain.log_size()
    plain.client().get("/flags", headers={"X-Request-ID": "for-people"})
    (line,) = plain.wait_for_log("for-people", start)
    assert not line.startswith("{")
    assert "/flags" in line
    assert "200" in line
