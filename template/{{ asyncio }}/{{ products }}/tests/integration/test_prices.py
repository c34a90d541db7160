import asyncio
from typing import Any

import httpx2
import pytest

from tests.fixtures.products import RatesService, product

NOWHERE = "/products/00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def path(editor: httpx2.AsyncClient) -> str:
    """The address of the prices of a product that costs 19.90 euros."""
    return (await editor.post("/products", json=product())).headers["Location"] + "/prices"


async def ask(client: httpx2.AsyncClient, path: str, currencies: str) -> list[dict[str, Any]]:
    response = await client.get(path, params={"currencies": currencies})
    assert response.status_code == 200
    return list(response.json()["prices"])


async def test_prices_come_in_the_order_asked_for(
    client: httpx2.AsyncClient, path: str, rates_service: RatesService
) -> None:
    rates = {"GBP": "0.5", "USD": "1.1", "JPY": "160"}
    rates_service.answer = lambda request: httpx2.Response(
        200, json={"rate": rates[request.url.path[-3:]]}
    )
    assert await ask(client, path, "USD,JPY,GBP") == [
        {"currency": "USD", "amount": "21.89", "stale": False},
        {"currency": "JPY", "amount": "3184.00", "stale": False},
        {"currency": "GBP", "amount": "9.95", "stale": False},
    ]


@pytest.mark.parametrize(
    ("price", "rate", "amount"),
    [
        ("0.05", "0.1", "0.01"),
        ("0.15", "0.1", "0.02"),
        ("1.00", "0.0049", "0.00"),
        ("99999999.99", "999999999", "99999999890000000.01"),
    ],
)
async def test_amounts_are_rounded_half_up_to_the_cent(
    editor: httpx2.AsyncClient, rates_service: RatesService, price: str, rate: str, amount: str
) -> None:
    rates_service.answer = lambda _: httpx2.Response(200, json={"rate": rate})
    created = await editor.post("/products", json=product(price=price))
    prices = await ask(editor, created.headers["Location"] + "/prices", "USD")
    assert [price["amount"] for price in prices] == [amount]


async def test_a_currency_named_twice_is_answered_once(
    client: httpx2.AsyncClient, path: str, rates_service: RatesService
) -> None:
    prices = await ask(client, path, "GBP,USD,GBP")
    assert [price["currency"] for price in prices] == ["GBP", "USD"]
    assert sorted(rates_service.paths) == ["/rates/EUR/GBP", "/rates/EUR/USD"]


async def test_the_products_own_currency_needs_no_rate(
    client: httpx2.AsyncClient, path: str, rates_service: RatesService
) -> None:
    assert await ask(client, path, "EUR") == [
        {"currency": "EUR", "amount": "19.90", "stale": False}
    ]
    assert rates_service.requests == []


async def test_rates_are_asked_for_side_by_side_but_four_at_a_time(
    client: httpx2.AsyncClient, path: str, rates_service: RatesService
) -> None:
    four = asyncio.Barrier(4)
    asking, most = 0, 0

    async def answer(_request: httpx2.Request) -> httpx2.Response:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        await four.wait()
        asking -= 1
        return httpx2.Response(200, json={"rate": "2"})

    rates_service.answer = answer
    assert len(await ask(client, path, "AAA,BBB,CCC,DDD,EEE,FFF,GGG,HHH")) == 8
    assert most == 4


async def test_a_rate_is_asked_for_once_while_it_is_fresh(
    editor: httpx2.AsyncClient, path: str, rates_service: RatesService
) -> None:
    await ask(editor, path, "GBP")
    await editor.patch(path.removesuffix("/prices"), json={"price": "1.00"})
    assert await ask(editor, path, "GBP") == [{"currency": "GBP", "amount": "2.00", "stale": False}]
    assert len(rates_service.requests) == 1


async def test_a_product_that_never_was_has_no_price(
    client: httpx2.AsyncClient, rates_service: RatesService
) -> None:
    response = await client.get(f"{NOWHERE}/prices", params={"currencies": "GBP"})
    assert response.status_code == 404
    assert rates_service.requests == []


async def test_ten_currencies_may_be_asked_for(client: httpx2.AsyncClient, path: str) -> None:
    assert len(await ask(client, path, ",".join(f"AA{letter}" for letter in "ABCDEFGHIJ"))) == 10


async def test_what_is_no_list_of_one_to_ten_currencies_is_refused(
    client: httpx2.AsyncClient, path: str
) -> None:
    wrong = ["", "eur", "EU", "EURO", "EUR,", ",EUR", "EUR,,GBP", "EUR;GBP", "EUR, GBP", "EUR\n"]
    for currencies in *wrong, ",".join(["EUR"] * 11):
        response = await client.get(path, params={"currencies": currencies})
        assert response.status_code == 422
        assert [error["pointer"] for error in response.json()["errors"]] == ["/currencies"]
    assert (await client.get(path)).status_code == 422
