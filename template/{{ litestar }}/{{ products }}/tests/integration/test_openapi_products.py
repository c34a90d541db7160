"""The OpenAPI document says what products are made of, as Pydantic reads and writes them."""

from typing import Any

import pytest
from litestar import Litestar


@pytest.fixture
def document(app: Litestar) -> dict[str, Any]:
    return app.openapi_schema.to_schema()


async def test_parameters_have_the_bounds_of_the_filter(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/products"]["get"]["parameters"]
    limit, offset, text = (parameter["schema"] for parameter in parameters)
    assert (limit["type"], limit["minimum"], limit["maximum"]) == ("integer", 1, 100)
    assert limit["default"] == 20
    assert (offset["minimum"], offset["exclusiveMaximum"]) == (0, 2**31)
    assert (text["type"], text["maxLength"]) == ("string", 100)


async def test_a_price_is_text_with_a_pattern(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("ProductCreate", "ProductPatch"):
        price = schemas[name]["properties"]["price"]
        assert price["type"] == "string"
        assert price["pattern"]
    assert schemas["ProductRead"]["properties"]["price"]["type"] == "string"


async def test_what_may_be_left_out_is_not_shown_as_null(document: dict[str, Any]) -> None:
    patch = document["components"]["schemas"]["ProductPatch"]
    assert "required" not in patch
    assert patch["properties"]["sku"]["type"] == "string"


async def test_a_page_shows_its_products(document: dict[str, Any]) -> None:
    page = document["components"]["schemas"]["ProductPage"]
    assert "sku" in page["properties"]["items"]["items"]["properties"]
