from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.fixtures.products import product

PATH = "/products/00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/products"), ("PATCH", PATH), ("DELETE", PATH)]
)
def test_writing_products_needs_its_own_permission(
    sign_in: Callable[..., FlaskClient], method: str, path: str
) -> None:
    answer = sign_in("caller", "state:write").open(path, method=method, json={})
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["detail"] == "This needs the permission products:write."


def test_who_may_write_products_may_not_write_state(sign_in: Callable[..., FlaskClient]) -> None:
    caller = sign_in("caller", "products:write")
    assert caller.post("/products", json=product()).status_code == 201
    assert caller.put("/state/key", json={"value": 1}).status_code == 403


def test_strangers_read_products_and_write_none(stranger: FlaskClient, editor: FlaskClient) -> None:
    created = editor.post("/products", json=product()).json
    assert created is not None
    path = f"/products/{created['id']}"
    for answer in (
        stranger.post("/products", json=product(sku="TEA-002")),
        stranger.patch(path, json={"name": "Worse tea"}),
        stranger.delete(path),
    ):
        assert answer.status_code == 401
    listed = stranger.get("/products").json
    assert listed is not None
    assert listed["items"] == [created]
