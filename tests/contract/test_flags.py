"""Section 6: feature flags. Also section 10: what variables change."""

import pytest

from .client import Client
from .products import create
from .rates import RatesService
from .service import Service
from .spare import Spare

pytestmark = pytest.mark.contract("6")


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
def test_flag_is_off_without_a_service_to_ask(
    workers: Service, workers_editor: dict[str, str]
) -> None:
    """No RATES_URL: the flag is off whatever FLAGS says, and the prices are not there."""
    editor = workers.client(workers_editor)
    assert editor.get("/flags").json()["flags"]["price-conversion"] is False
    path = f"/products/{create(editor)['id']}/prices"
    assert editor.get(path, params={"currencies": "EUR"}).status_code == 404


@pytest.mark.only(example=True)
def test_flag_off_with_a_service_to_ask(spare: Spare, shared_rates: RatesService) -> None:
    """FLAGS turns off what could be on: 404 whatever is asked, and nobody is asked for rates."""
    spare.start(RATES_URL=shared_rates.url, FLAGS='{"price-conversion": false}')
    editor = spare.editor()
    path = f"/products/{create(editor)['id']}/prices"
    shared_rates.reset()
    assert editor.get("/flags").json() == {"flags": {"price-conversion": False}}
    assert editor.get(path, params={"currencies": "EUR"}).status_code == 404
    assert editor.get(path, params={"currencies": "nonsense"}).status_code == 404
    assert shared_rates.calls == []


@pytest.mark.contract("10")
def test_max_body_bytes(workers: Service, workers_editor: dict[str, str]) -> None:
    """MAX_BODY_BYTES is the limit."""
    editor = workers.client(workers_editor)
    assert editor.put("/state/limit", json={"value": "x" * 4900}).status_code == 200
    assert editor.put("/state/limit", json={"value": "x" * 5000}).status_code == 413


@pytest.mark.contract("9")
def test_log_for_people(service: Service) -> None:
    """In development the log is for reading, one line a request, and names the request id."""
    start = service.log_size()
    service.client().get("/flags", headers={"X-Request-ID": "for-people"})
    (line,) = service.wait_for_log("for-people", start)
    assert not line.startswith("{")
    assert "/flags" in line
    assert "200" in line
