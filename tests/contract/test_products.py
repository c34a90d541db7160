"""Section 4: products, from creation to deletion."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from uuid import UUID, uuid4

import pytest

from .client import Client
from .products import create, product, sku
from .service import Service

pytestmark = [pytest.mark.contract("4"), pytest.mark.only(example=True)]

FIELDS = {
    "id",
    "sku",
    "name",
    "description",
    "price",
    "currency",
    "created_at",
    "updated_at",
}


def test_create(editor: Client, anonymous: Client) -> None:
    """201, Location, the product in the form of section 1."""
    body = product()
    answer = editor.post("/products", json=body)
    assert answer.status_code == 201
    created = answer.json()
    assert created.keys() == FIELDS
    assert body.items() <= created.items()
    assert str(UUID(created["id"])) == created["id"]
    for field in ("created_at", "updated_at"):
        moment = datetime.fromisoformat(created[field])
        assert moment.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - moment) < timedelta(minutes=5)
    found = anonymous.get(answer.headers["location"])
    assert found.status_code == 200
    assert found.json() == created
    assert answer.headers["location"].endswith(f"/products/{created['id']}")


def test_description_may_be_left_out(editor: Client) -> None:
    """A product needs no description."""
    body = product()
    del body["description"]
    answer = editor.post("/products", json=body)
    assert answer.status_code == 201
    assert answer.json()["description"] == ""


@pytest.mark.parametrize("field", ["sku", "name", "price", "currency"])
def test_missing_field(editor: Client, field: str) -> None:
    """422 that names the field."""
    body = product()
    del body[field]
    answer = editor.post("/products", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", "AB"),
        ("sku", "A" * 33),
        ("sku", "abc"),
        ("sku", "A B"),
        ("sku", "ABC\n"),
        ("sku", "ÄBC"),
        ("sku", "ABC\u0000"),
        ("sku", None),
        ("sku", 12345),
        ("name", ""),
        ("name", "x" * 101),
        ("name", "a\u0000b"),
        ("name", ["x"]),
        ("name", True),
        ("name", None),
        ("description", "x" * 2001),
        ("description", "a\u0000b"),
        ("description", 1),
        ("description", None),
        ("currency", "eur"),
        ("currency", "EU"),
        ("currency", "EURO"),
        ("currency", "E1R"),
        ("currency", "EUR\n"),
        ("currency", "ÄÖÜ"),
        ("currency", None),
        ("id", "00000000-0000-0000-0000-000000000000"),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("colour", "red"),
    ],
)
def test_bad_field(editor: Client, field: str, value: object) -> None:
    """422 that names the field, at creation and in a change, and nothing happens."""
    answer = editor.post("/products", json=product(**{field: value}))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    existing = create(editor)
    answer = editor.patch(f"/products/{existing['id']}", json={field: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert editor.get(f"/products/{existing['id']}").json() == existing


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", "A-9"),
        ("sku", "-" * 32),
        ("name", "x"),
        ("name", "x" * 100),
        ("name", "🚀" * 100),
        ("name", "<b>not</b> HTML & plain"),
        ("name", "'; DROP TABLE products; --"),
        ("name", "{{ 7 * 7 }} %s {0} ${x}"),
        ("name", "\u202e right to left"),
        ("description", "x" * 2000),
        ("description", "🚀" * 2000),
    ],
)
def test_good_field(editor: Client, field: str, value: str) -> None:
    """What is allowed is kept as it is; lengths count characters, not bytes."""
    if field == "sku":
        value = value if value == "-" * 32 else f"{value}{sku()}"
    created = create(editor, **{field: value})
    assert created[field] == value
    assert editor.get(f"/products/{created['id']}").json()[field] == value


def test_shortest_sku(editor: Client) -> None:
    """Three characters are enough."""
    assert create(editor, sku="Z-9")["sku"] == "Z-9"


def test_price_is_kept_in_minor_units(service: Service, editor: Client) -> None:
    """As an integer, so that no database rounds it."""
    created = create(editor, price="1234567.89")
    assert created["price"] == "1234567.89"
    content = service.database.content()
    assert "123456789" in content
    assert "1234567.89" not in content


def test_taken_sku(editor: Client) -> None:
    """409, at creation and in a change."""
    first, second = create(editor), create(editor)
    assert editor.post("/products", json=product(sku=first["sku"])).status_code == 409
    answer = editor.patch(f"/products/{second['id']}", json={"sku": first["sku"]})
    assert answer.status_code == 409
    assert editor.get(f"/products/{second['id']}").json() == second


def test_taken_sku_in_a_race(editor: Client) -> None:
    """Of many at once exactly one gets the sku, the others 409."""
    for _ in range(3):
        taken, barrier = sku(), Barrier(10)

        def post(number: int, taken: str = taken, barrier: Barrier = barrier) -> int:
            body = product(sku=taken, name=f"Racer {number}")
            barrier.wait()
            return editor.post("/products", json=body).status_code

        with ThreadPoolExecutor(10) as pool:
            statuses = sorted(pool.map(post, range(10)))
        assert statuses == [201] + [409] * 9
        assert editor.get("/products", params={"q": taken}).json()["total"] == 1


def test_patch_is_partial(editor: Client, anonymous: Client) -> None:
    """Only what is named changes; updated_at moves on, created_at stays."""
    before = create(editor)
    answer = editor.patch(f"/products/{before['id']}", json={"price": "20.00"})
    assert answer.status_code == 200
    after = answer.json()
    assert after == {**before, "price": "20.00", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]
    assert anonymous.get(f"/products/{before['id']}").json() == after


def test_patch_of_everything(editor: Client) -> None:
    """Every field that a caller gives can be changed."""
    before = create(editor)
    changes = product(name="Black tea", description="<b>x</b>", price="1.00", currency="EUR")
    after = editor.patch(f"/products/{before['id']}", json=changes).json()
    assert changes.items() <= after.items()


def test_patch_of_nothing(editor: Client) -> None:
    """An empty change is no error."""
    before = create(editor)
    answer = editor.patch(f"/products/{before['id']}", json={})
    assert answer.status_code == 200
    assert {**answer.json(), "updated_at": ""} == {**before, "updated_at": ""}


def test_delete(editor: Client, anonymous: Client) -> None:
    """204, then 404 for everything; the sku is free again."""
    created = create(editor)
    path = f"/products/{created['id']}"
    assert anonymous.get(path).status_code == 200
    answer = editor.delete(path)
    assert answer.status_code == 204
    assert answer.content == b""
    assert anonymous.get(path).status_code == 404
    assert editor.patch(path, json={"name": "x"}).status_code == 404
    assert editor.delete(path).status_code == 404
    assert editor.get("/products", params={"q": created["sku"]}).json()["total"] == 0
    assert create(editor, sku=created["sku"])["id"] != created["id"]


def test_unknown_product(anonymous: Client, editor: Client) -> None:
    """404 for an id that names nothing; a second question is answered the same way."""
    path = f"/products/{uuid4()}"
    for _ in range(2):
        assert anonymous.get(path).status_code == 404
    assert editor.delete(path).status_code == 404


def test_absence_is_not_remembered(editor: Client, anonymous: Client) -> None:
    """A 404 asked for before is gone once the product is there: nobody can know an id before."""
    created = create(editor)
    editor.delete(f"/products/{created['id']}")
    assert anonymous.get(f"/products/{created['id']}").status_code == 404
    again = create(editor, sku=created["sku"])
    assert anonymous.get(f"/products/{again['id']}").status_code == 200


@pytest.mark.parametrize("bad", ["1", "abc", "%00", "%ff", "0" * 36, "x" * 300, "' OR 1=1"])
def test_id_that_is_none(anonymous: Client, editor: Client, bad: str) -> None:
    """What is no id names nothing: refused as such, whatever the method."""
    answers = {
        anonymous.get(f"/products/{bad}").status_code,
        editor.delete(f"/products/{bad}").status_code,
        editor.patch(f"/products/{bad}", json={"name": "x"}).status_code,
    }
    assert len(answers) == 1
    assert answers <= {404, 422}


def test_a_change_is_visible_to_the_next_read(editor: Client, anonymous: Client) -> None:
    """Though reads go through the cache, and readers keep it busy while the change is made."""
    created = create(editor)
    path = f"/products/{created['id']}"
    done = Event()

    def read_on() -> int:
        count = 0
        while not done.is_set():
            assert anonymous.get(path).status_code == 200
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read_on) for _ in range(3)]
        try:
            for number in range(1, 31):
                price = f"{number}.00"
                assert editor.patch(path, json={"price": price}).status_code == 200
                assert editor.get(path).json()["price"] == price
        finally:
            done.set()
        assert all(reader.result() for reader in readers)
    assert anonymous.get(path).json()["price"] == "30.00"


def test_a_deletion_is_visible_to_the_next_read(editor: Client, anonymous: Client) -> None:
    """Though reads go through the cache."""
    for _ in range(5):
        path = f"/products/{create(editor)['id']}"
        assert anonymous.get(path).status_code == 200
        editor.delete(path)
        assert anonymous.get(path).status_code == 404
