"""Products as callers send and see them."""

import re
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from ..core.sanitization import Html
from ..core.serialization import Moment
from ..core.validation import InputModel, Line, Optional

AMOUNT = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?")
POSITIVE_AMOUNT = rf"^(?![0.]*$){AMOUNT.pattern}$"


def _only_text(value: object) -> object:
    if isinstance(value, str) and not AMOUNT.fullmatch(value):
        raise PydanticCustomError("decimal_string", 'must be an amount such as "19.90"')
    if isinstance(value, (int, float)):  # floats cannot hold amounts, so no numbers at all
        raise PydanticCustomError("string_type", 'must be a string such as "19.90"')
    return value


Sku = Annotated[str, Field(pattern="^[A-Z0-9-]{3,32}$", examples=["TEA-001"])]
Name = Annotated[Line, Field(min_length=1, max_length=100, examples=["Green tea"])]
Description = Annotated[Html, Field(examples=["<p>From <em>Uji</em>.</p>"])]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["EUR"])]
Price = Annotated[
    Decimal,
    BeforeValidator(_only_text),
    Field(gt=0),
    WithJsonSchema({"type": "string", "pattern": POSITIVE_AMOUNT, "examples": ["19.90"]}),
]
Amount = Annotated[
    Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json")
]


class ProductCreate(InputModel):
    """A product to add."""

    sku: Sku
    name: Name
    description: Description = ""
    price: Price
    currency: Currency


class ProductPatch(InputModel):
    """What to change about a product; what is left out stays as it is."""

    sku: Optional[Sku] = None
    name: Optional[Name] = None
    description: Optional[Description] = None
    price: Optional[Price] = None
    currency: Optional[Currency] = None


class ProductRead(BaseModel):
    """A product as callers see it."""

    id: UUID
    sku: str
    name: str
    description: str
    price: Amount
    currency: str
    created_at: Moment
    updated_at: Moment


class ProductPage(BaseModel):
    """Some of the products that match, and how many there are."""

    items: list[ProductRead]
    total: int
    limit: int
    offset: int


class ProductFilter(BaseModel):
    """Which products to list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0
    q: Annotated[Line, Field(max_length=100, description="Text in the name or the SKU")] = ""


class ConvertedPrice(BaseModel):
    """A price in another currency; ``stale`` when the rate is only the last one known."""

    currency: str
    amount: Amount
    stale: bool


class ConvertedPrices(BaseModel):
    """Prices in other currencies, in the order asked for."""

    prices: list[ConvertedPrice]
