"""Section 4: the list of products, its pages and its search."""

import itertools
from typing import Any

import pytest

from .client import Client
from .products import create, product, sku

pytestmark = [pytest.mark.contract("4"), pytest.mark.only(example=True)]

_words = itertools.count(1)


@pytest.fixture
def word() -> str:
    """A word that stands in no other test's products."""
    return f"qzx{next(_words)}w"


def names(client: Client, **params: Any) -> list[str]:  # noqa: ANN401 - query values
    """Return the names that the list answers with."""
    answer = client.get("/products", params=params)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_page(editor: Client, anonymous: Client, word: str) -> None:
    """Items, how many there are, and the page asked for."""
    for number in range(3):
        create(editor, name=f"{word} {number}")
    body = anonymous.get("/products", params={"q": word, "limit": 2, "offset": 1}).json()
    assert body.keys() == {"items", "total", "limit", "offset"}
    assert (body["total"], body["limit"], body["offset"]) == (3, 2, 1)
    assert len(body["items"]) == 2
    full = anonymous.get("/products", params={"q": word}).json()
    assert (full["limit"], full["offset"]) == (20, 0)
    assert body["items"] == full["items"][1:]


def test_an_item_is_the_product(editor: Client, anonymous: Client, word: str) -> None:
    """The list shows what the single answer shows."""
    created = create(editor, name=word)
    assert anonymous.get("/products", params={"q": word}).json()["items"] == [created]


def test_order_is_stable(editor: Client, anonymous: Client, word: str) -> None:
    """Newest first, then by id; pages neither repeat nor leave out."""
    created = [create(editor, name=f"{word} {number}") for number in range(12)]
    wanted = sorted(
        sorted(created, key=lambda item: item["id"]),
        key=lambda item: item["created_at"],
        reverse=True,
    )
    pages = [
        anonymous.get("/products", params={"q": word, "limit": 5, "offset": offset}).json()
        for offset in (0, 5, 10)
    ]
    assert [item["id"] for page in pages for item in page["items"]] == [
        item["id"] for item in wanted
    ]


def test_past_the_end(anonymous: Client) -> None:
    """An empty page, and the total is still told."""
    body = anonymous.get("/products", params={"offset": 100_000}).json()
    assert body["items"] == []
    assert body["total"] >= 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *itertools.product(
            ["limit"], ["0", "101", "-1", "x", "", "1.5", "1e2", "NaN", "9" * 30, "1\0", "٣"]
        ),
        *itertools.product(["offset"], ["-1", "x", "", "1.5", "NaN", "-" + "9" * 30]),
    ],
)
def test_bad_page(anonymous: Client, name: str, value: str) -> None:
    """422 that names the parameter."""
    answer = anonymous.get("/products", params={name: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("limit", ["1", "100"])
def test_bounds_of_limit(anonymous: Client, limit: str) -> None:
    """1 and 100 are within."""
    assert anonymous.get("/products", params={"limit": limit}).status_code == 200


@pytest.mark.parametrize("offset", [str(2**31), str(2**63 - 1), str(2**63), "9" * 30])
def test_absurd_offset(anonymous: Client, offset: str) -> None:
    """Refused, or an empty page; never a 5xx."""
    answer = anonymous.get("/products", params={"offset": offset})
    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert answer.json()["items"] == []


# Search -------------------------------------------------------------------------


def test_search_in_name_and_sku(editor: Client, anonymous: Client, word: str) -> None:
    """A part of either is enough."""
    by_name = create(editor, name=f"before {word} after")
    by_sku = create(editor, name="other", sku=f"A-{word.upper()}-Z")
    create(editor, name="neither")
    found = anonymous.get("/products", params={"q": word.upper()}).json()
    assert by_sku["id"] in {item["id"] for item in found["items"]}
    assert names(anonymous, q=word)[-1:] == [by_name["name"]]


def test_search_for_nothing(editor: Client, anonymous: Client) -> None:
    """An empty q asks for everything."""
    create(editor)
    everything = anonymous.get("/products").json()["total"]
    assert anonymous.get("/products", params={"q": ""}).json()["total"] == everything


@pytest.mark.parametrize("wildcard", ["%", "_", "*", "?", "\\", "[a-z]", "\\%", ".", "^", "'", '"'])
def test_wildcards_are_characters(
    editor: Client, anonymous: Client, word: str, wildcard: str
) -> None:
    """What the database could take for a pattern is looked for as it stands."""
    create(editor, name=f"{word}a")
    create(editor, name=f"{word}{wildcard}")
    create(editor, name=f"{word}{wildcard}b")
    assert sorted(names(anonymous, q=f"{word}{wildcard}")) == sorted(
        [f"{word}{wildcard}", f"{word}{wildcard}b"]
    )


def test_case_in_search(editor: Client, anonymous: Client, word: str) -> None:
    """Case does not matter, in ASCII and beyond, on any database."""
    create(editor, name=f"{word} Grün Äpfel")
    for query in (f"{word} grün", f"{word} GRÜN", f"{word.upper()} grün äPFEL"):
        assert names(anonymous, q=query) == [f"{word} Grün Äpfel"], query


def test_accents_matter_in_search(editor: Client, anonymous: Client, word: str) -> None:
    """A letter with an accent is another letter, on any database."""
    create(editor, name=f"{word} Zürich")
    assert names(anonymous, q=f"{word} Zurich") == []


@pytest.mark.parametrize("query", ["\0", "a\0b", "x" * 5000, "%00", "🚀", "\n", "\ud800"])
def test_hostile_search(anonymous: Client, query: str) -> None:
    """Refused or nothing found; never a 5xx."""
    encoded = query.encode("utf-8", "surrogatepass")
    answer = anonymous.get("/products?q=" + "".join(f"%{byte:02x}" for byte in encoded))
    assert answer.status_code in {200, 400, 422}


def test_unique_sku_is_found(editor: Client, anonymous: Client) -> None:
    """The whole sku finds its product and no other."""
    wanted = sku()
    editor.post("/products", json=product(sku=wanted))
    assert [
        item["sku"] for item in anonymous.get("/products", params={"q": wanted}).json()["items"]
    ] == [wanted]
