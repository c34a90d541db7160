"""Sections 4 and 8: converted prices, and an exchange-rate service that is down, slow or silly."""

import itertools
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from .client import Client
from .metrics import Metrics
from .products import create
from .rates import RatesService
from .service import Service
from .sign_in import SignIn

pytestmark = [pytest.mark.contract("4"), pytest.mark.only(example=True)]

TARGETS = ["EUR", "GBP", "JPY", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON"]
# Rates are cached by pair, so each test takes a currency that no other test converts from.
SOURCES = [
    "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "CNY", "INR", "IDR", "MYR", "PHP", "THB", "VND",
    "KRW", "TWD", "BRL", "MXN", "ARS", "CLP", "COP", "PEN", "UYU", "ZAR", "EGP", "NGN", "KES",
    "GHS", "MAD", "TND", "TRY", "ILS", "SAR", "AED", "QAR", "KWD", "BHD", "OMR", "JOD", "PKR",
    "BDT", "LKR", "NPR", "ISK", "UAH", "GEL", "AMD", "AZN", "KZT", "UZS", "MNT", "BOB", "PYG",
    "CRC", "GTQ", "HNL", "NIO", "DOP", "JMD", "TTD", "BBD", "BSD", "BZD", "XCD", "AWG", "FJD",
    "PGK", "WST", "TOP", "VUV", "MUR", "SCR", "MGA", "MZN", "ZMW", "BWP", "NAD", "SZL", "LSL",
    "TZS", "UGX", "RWF", "ETB", "DJF", "SOS", "SDG", "LYD", "DZD", "XAF", "XOF", "CDF", "GMD",
]  # fmt: skip
ATTEMPTS = 2
# Seconds that a probe may take, for as long as all the others are answered.
TIMEOUT = 3
THRESHOLD = 6
RESET = 1.0


@pytest.fixture(scope="session")
def module_rates() -> Iterator[RatesService]:
    """An exchange-rate service for these tests alone."""
    rates = RatesService(table={"GBP": "0.5", "JPY": "150.1234"})
    yield rates
    rates.refuse()


@pytest.fixture(scope="session")
def priced(start_service: Callable[..., Service], module_rates: RatesService) -> Service:
    """A service with short times, so that what takes time can be seen."""
    return start_service(
        "priced",
        RATES_URL=module_rates.url,
        RATES_TOKEN=secrets.token_urlsafe(24),
        RATES_TIMEOUT=str(TIMEOUT),
        RATES_ATTEMPTS=str(ATTEMPTS),
        RATES_BREAKER_THRESHOLD=str(THRESHOLD),
        RATES_BREAKER_RESET=str(RESET),
        # Memcached counts whole seconds, so that the first may be over at once.
        RATES_TTL="3",
        FLAGS='{"price-conversion": true}',
    )


@pytest.fixture(scope="session")
def priced_editor(priced: Service, sign_in_to: Callable[[Service], SignIn]) -> Client:
    """A caller who may write products there."""
    return sign_in_to(priced).client("editor", "products:write")


@pytest.fixture(scope="session")
def sources(priced: Service) -> Iterator[str]:
    """Currencies, each handed out once for each service: there are too few for all of a run."""
    del priced
    return iter(SOURCES)


@pytest.fixture(scope="session")
def healer(priced_editor: Client) -> Callable[[], None]:
    """Return what asks for prices until one is converted, so that the breaker is closed."""
    product = create(priced_editor, currency="MDL")
    pairs = itertools.cycle(SOURCES)

    def heal() -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answer = prices(priced_editor, product, next(pairs))
            if answer.status_code == 200 and not answer.json()["prices"][0]["stale"]:
                return
            time.sleep(0.05)
        message = "the service does not convert prices again"
        raise AssertionError(message)

    return heal


@dataclass(frozen=True)
class Shop:
    """One product in a currency of its own, and a caller who asks for its prices."""

    client: Client
    product: dict[str, Any]

    def ask(self, *currencies: str, **kwargs: Any) -> httpx2.Response:  # noqa: ANN401
        """Ask for prices in these currencies."""
        return prices(self.client, self.product, *currencies, **kwargs)


@pytest.fixture
def rates(module_rates: RatesService, healer: Callable[[], None]) -> Iterator[RatesService]:
    """The exchange-rate service, answering well, with nothing counted yet."""
    module_rates.reset()
    healer()
    module_rates.wait_idle()
    module_rates.reset()
    yield module_rates
    module_rates.reset()


@pytest.fixture
def shop(priced_editor: Client, sources: Iterator[str], rates: RatesService) -> Shop:
    """A product of 19.90 whose rates nobody has asked for."""
    product = create(priced_editor, currency=next(sources))
    rates.reset()
    return Shop(priced_editor, product)


def prices(
    client: Client,
    product: dict[str, Any],
    *currencies: str,
    **kwargs: Any,  # noqa: ANN401
) -> httpx2.Response:
    """Ask for a product's prices."""
    path = f"/products/{product['id']}/prices"
    return client.get(path, params={"currencies": ",".join(currencies)}, **kwargs)


def wait_for_stale(shop: Shop, *currencies: str) -> list[dict[str, Any]]:
    """Ask until what was cached has expired and stands in as stale."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = shop.ask(*currencies)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["prices"]
        if all(price["stale"] for price in found):
            return found
        time.sleep(0.05)
    message = "the rates never became stale"
    raise AssertionError(message)


# Answers ------------------------------------------------------------------------


def test_prices(shop: Shop, rates: RatesService) -> None:
    """Amounts rounded to two places, in the order asked for."""
    answer = shop.ask("JPY", "EUR", "GBP")
    assert answer.status_code == 200
    assert answer.json() == {
        "prices": [
            {"currency": "JPY", "amount": "2987.46", "stale": False},
            {"currency": "EUR", "amount": "18.01", "stale": False},
            {"currency": "GBP", "amount": "9.95", "stale": False},
        ]
    }
    assert {(call.source, call.target) for call in rates.calls} == {
        (shop.product["currency"], target) for target in ("JPY", "EUR", "GBP")
    }


def test_price_in_its_own_currency(shop: Shop) -> None:
    """Is the price."""
    answer = shop.ask(shop.product["currency"])
    assert answer.json()["prices"] == [
        {"currency": shop.product["currency"], "amount": "19.90", "stale": False}
    ]


def test_what_the_rates_service_is_told(priced: Service, shop: Shop, rates: RatesService) -> None:
    """The token of the configuration, and the request id of the caller."""
    shop.ask("EUR", headers={"X-Request-ID": "passed-on"})
    assert rates.calls[0].headers["authorization"] == f"Bearer {priced.environment['RATES_TOKEN']}"
    assert rates.calls[0].headers["x-request-id"] == "passed-on"


@pytest.mark.parametrize(
    "currencies",
    ["", ",", "eur", "EU", "EURO", "EUR,", "EUR,,GBP", "EUR GBP", "../x", "EUR/..", "E%00R", "\0"],
)
def test_bad_currencies(shop: Shop, rates: RatesService, currencies: str) -> None:
    """422 that names the parameter, and nobody is asked."""
    answer = shop.ask(currencies)
    assert answer.status_code == 422
    assert all(error["pointer"].startswith("/currencies") for error in answer.json()["errors"])
    assert rates.calls == []


def test_how_many_currencies(shop: Shop) -> None:
    """1 to 10; the parameter is needed."""
    assert shop.ask(*TARGETS[:10]).status_code == 200
    assert shop.ask(*TARGETS[:11]).status_code == 422
    path = f"/products/{shop.product['id']}/prices"
    assert shop.client.get(path).status_code == 422


def test_prices_of_an_unknown_product(shop: Shop) -> None:
    """404, also when the rates are known."""
    path = "/products/00000000-0000-4000-8000-000000000000/prices"
    assert shop.client.get(path, params={"currencies": "EUR"}).status_code == 404


def test_a_changed_price_is_converted(shop: Shop) -> None:
    """Rates are cached, amounts are not."""
    shop.ask("GBP")
    shop.client.patch(f"/products/{shop.product['id']}", json={"price": "10.00"})
    assert shop.ask("GBP").json()["prices"][0]["amount"] == "5.00"


def test_currency_that_nobody_knows(shop: Shop, rates: RatesService) -> None:
    """The exchange-rate service answers 404: the caller's mistake, and no reason to try again."""
    rates.fail(404)
    answer = shop.ask("EUR")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/currencies")
    assert len(rates.calls) == 1


# Side by side, through the cache ------------------------------------------------


def test_rates_are_cached(shop: Shop, rates: RatesService) -> None:
    """The second question within the time of life asks nobody."""
    assert shop.ask("EUR", "GBP").json() == shop.ask("EUR", "GBP").json()
    assert len(rates.calls) == 2


def test_concurrent_callers_share_a_call(shop: Shop, rates: RatesService) -> None:
    """One computation for each key."""
    with ThreadPoolExecutor(5) as pool:
        with rates.held():
            asked = [pool.submit(shop.ask, "EUR") for _ in range(5)]
            assert rates.wait_for_calls(1)
            # Time for the others to arrive; a second call would show below.
            time.sleep(0.2)
        answers = [future.result() for future in asked]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(rates.calls) == 1


def test_side_by_side_under_a_bound(shop: Shop, rates: RatesService) -> None:
    """More than one at a time, never all ten; the answer keeps the order of the request."""
    rates.slow(0.15)
    answer = shop.ask(*TARGETS[:10])
    assert [price["currency"] for price in answer.json()["prices"]] == TARGETS[:10]
    assert len(rates.calls) == 10
    assert 1 < rates.high_water < 10


def test_one_failure_is_tried_again(shop: Shop, rates: RatesService) -> None:
    """RATES_ATTEMPTS calls before giving up."""
    rates.fail(times=ATTEMPTS - 1)
    answer = shop.ask("EUR")
    assert answer.status_code == 200
    assert answer.json()["prices"][0]["stale"] is False
    assert len(rates.calls) == ATTEMPTS


# When it breaks -----------------------------------------------------------------

NONSENSE = {
    "empty": b"",
    "text": b"not json",
    "html": b"<html>hello</html>",
    "null": b"null",
    "list": b"[]",
    "no rate": b"{}",
    "null rate": b'{"rate":null}',
    "word": b'{"rate":"abc"}',
    "nan": b'{"rate":"NaN"}',
    "infinite": b'{"rate":"Infinity"}',
    "negative": b'{"rate":"-1"}',
    "zero": b'{"rate":"0"}',
    "boolean": b'{"rate":true}',
    "huge": b'{"rate":"1e999999999"}',
    "not utf-8": b'{"rate":"\xff"}',
    "brackets": b"[" * 100_000,
}


@pytest.mark.contract("8")
@pytest.mark.parametrize("body", NONSENSE.values(), ids=NONSENSE)
def test_nonsense(shop: Shop, rates: RatesService, body: bytes) -> None:
    """503 when nothing is known, and the nonsense is not kept."""
    rates.talk_nonsense(body)
    answer = shop.ask("EUR")
    assert answer.status_code == 503
    assert rates.calls
    rates.ok()
    answer = shop.ask("EUR")
    assert answer.status_code == 200
    assert answer.json()["prices"][0] == {"currency": "EUR", "amount": "18.01", "stale": False}


BREAKDOWNS: dict[str, Callable[[RatesService], None]] = {
    "error": lambda rates: rates.fail(500),
    "refused": lambda rates: rates.refuse(),
    "slow": lambda rates: rates.slow(8),
    "drip": lambda rates: rates.drip(0.1, 100),
    "redirect": lambda rates: rates.fail(302),
}


@pytest.mark.contract("8")
@pytest.mark.parametrize("broken", BREAKDOWNS.values(), ids=BREAKDOWNS)
def test_nothing_known(shop: Shop, rates: RatesService, broken: Callable[[Any], None]) -> None:
    """503 within the time that the configuration allows."""
    broken(rates)
    started = time.monotonic()
    answer = shop.ask("EUR", "GBP")
    elapsed = time.monotonic() - started
    assert answer.status_code == 503
    # The attempts for each currency, side by side, and the pause between.
    assert elapsed < 2 * (ATTEMPTS * TIMEOUT + 1)
    if broken is BREAKDOWNS["slow"]:
        assert elapsed > 0.9 * ATTEMPTS * TIMEOUT, "RATES_TIMEOUT is what was waited for"
    if broken is BREAKDOWNS["error"]:
        # The first currency that has failed may end the attempts for the other.
        attempts = Counter(call.target for call in rates.calls)
        assert max(attempts.values()) == ATTEMPTS, "RATES_ATTEMPTS for each currency"


@pytest.mark.contract("8")
@pytest.mark.parametrize("broken", ["error", "refused", "slow"])
def test_last_known_rate(shop: Shop, rates: RatesService, broken: str) -> None:
    """Stands in as stale; a currency never asked for makes it a 503."""
    fresh = shop.ask("EUR", "JPY").json()["prices"]
    BREAKDOWNS[broken](rates)
    assert wait_for_stale(shop, "EUR", "JPY") == [{**price, "stale": True} for price in fresh]
    assert shop.ask("EUR", "CHF").status_code == 503
    rates.reset()
    deadline = time.monotonic() + 20
    while (answer := shop.ask("EUR", "JPY").json()["prices"]) != fresh:
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)


@pytest.mark.contract("8")
def test_breaker(shop: Shop, rates: RatesService) -> None:
    """It opens after some failures; later one call probes while all others are answered at once."""
    # Nobody is asked for the price in the product's own currency.
    targets = (currency for currency in SOURCES if currency != shop.product["currency"])
    rates.fail(500)
    calls = -1
    for _ in range(3 * THRESHOLD):
        calls = len(rates.calls)
        assert shop.ask(next(targets)).status_code == 503
        if len(rates.calls) == calls:
            break
    assert THRESHOLD <= calls == len(rates.calls) <= THRESHOLD + ATTEMPTS, "it never opened"
    ready = shop.client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["status"] == "degraded"
    rates.ok()
    deadline = time.monotonic() + 20
    with ThreadPoolExecutor(6) as pool, rates.held():
        # Ask until a question is let through as the probe, which then waits.
        probe = pool.submit(shop.ask, next(targets))
        while not rates.wait_for_calls(calls + 1, timeout=0.1):
            assert time.monotonic() < deadline, "it never probed"
            if probe.done():
                probe = pool.submit(shop.ask, next(targets))
        others = list(pool.map(shop.ask, itertools.islice(targets, 5)))
        assert [answer.status_code for answer in others] == [503] * 5
        assert len(rates.calls) == calls + 1, "more than one call probed"
    assert probe.result().status_code == 200
    assert shop.ask(next(targets)).status_code == 200
    assert shop.client.get("/health/ready").json()["status"] == "ok"


@pytest.mark.contract("9")
def test_external_requests_are_counted(shop: Shop, rates: RatesService) -> None:
    """By service and outcome."""
    before = Metrics(shop.client.get("/metrics").text)
    shop.ask("EUR")
    rates.fail(500)
    shop.ask("GBP")
    after = Metrics(shop.client.get("/metrics").text)
    samples = after.select("external_requests_total")
    assert all(sample.labels.keys() == {"service", "outcome"} for sample in samples)
    grown = [
        sample for sample in samples if sample.value > before.total(sample.name, **sample.labels)
    ]
    # Others, such as an identity provider, may be asked too, but not for rates.
    assert len({sample.labels["service"] for sample in grown}) == 1
    outcomes = {sample.labels["outcome"] for sample in grown}
    assert len(outcomes) >= 2, "a success and a failure are different outcomes"


@pytest.mark.contract("9")
def test_rates_token_is_not_logged(priced: Service) -> None:
    """Nor any other secret of this service."""
    assert priced.leaks() == []
