import httpx2
import pytest

from tests.fixtures.products import product

NAMES = {
    "TEA-100": "100% Tea",
    "SNAKE-1": "snake_case",
    "BACK-1": "back\\slash",
    "SLASH-1": "tea/cup",
    "GREEN-1": "Grüner Tee",
    "STREET-1": "Straße",
}
FOUND: dict[str, set[str]] = {
    "tea": {"TEA-100", "SLASH-1"},
    "tEA-1": {"TEA-100"},
    "GRÜNER": {"GREEN-1"},
    "gru\u0308ner": {"GREEN-1"},
    "STRASSE": {"STREET-1"},
    "straße": {"STREET-1"},
    "%": {"TEA-100"},
    "_": {"SNAKE-1"},
    "\\": {"BACK-1"},
    "/": {"SLASH-1"},
    "'": set(),
    "coffee": set(),
    "  snake  ": {"SNAKE-1"},
    "": set(NAMES),
}


@pytest.fixture(autouse=True)
async def _products(editor: httpx2.AsyncClient) -> None:
    for sku, name in NAMES.items():
        await editor.post("/products", json=product(sku=sku, name=name))


async def test_a_search_finds_its_text_in_name_or_sku(client: httpx2.AsyncClient) -> None:
    for text, skus in FOUND.items():
        page = (await client.get("/products", params={"q": text})).json()
        assert (text, {item["sku"] for item in page["items"]}) == (text, skus)
        assert page["total"] == len(skus)


async def test_the_total_counts_what_was_found_also_beyond_the_end(
    client: httpx2.AsyncClient,
) -> None:
    page = (await client.get("/products", params={"q": "tea", "offset": 2})).json()
    assert page == {"items": [], "total": 2, "limit": 20, "offset": 2}


async def test_what_was_changed_is_found_by_its_new_name_only(editor: httpx2.AsyncClient) -> None:
    item = (await editor.get("/products", params={"q": "snake"})).json()["items"][0]
    await editor.patch(f"/products/{item['id']}", json={"name": "Camel", "sku": "CAMEL-1"})
    assert (await editor.get("/products", params={"q": "snake"})).json()["total"] == 0
    assert (await editor.get("/products", params={"q": "camel"})).json()["total"] == 1


@pytest.mark.parametrize("text", ["a" * 101, "a\0", "a\nb"])
async def test_a_text_that_no_name_could_hold_is_refused(
    client: httpx2.AsyncClient, text: str
) -> None:
    response = await client.get("/products", params={"q": text})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["/q"]


@pytest.mark.parametrize("query", ["q=%ff", "q=%ED%A0%80"])
async def test_bytes_that_are_no_text_find_nothing(client: httpx2.AsyncClient, query: str) -> None:
    response = await client.get(f"/products?{query}")
    assert response.json()["total"] == 0
