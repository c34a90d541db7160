"""Endpoints of the products."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from ..core.openapi import problems
from ..dependencies import JSON_BODY
from .dependencies import PRICE_CONVERSION, ProductsDep, WritableProductsDep
from .schemas import (
    ConvertedPrices,
    ProductCreate,
    ProductFilter,
    ProductPage,
    ProductPatch,
    ProductRead,
)

router = APIRouter(prefix="/products", tags=["products"], responses=problems(422, 503))
writes = APIRouter(prefix="/products", tags=["products"], responses=problems(422, 503))

Currencies = Annotated[
    str,
    Query(
        pattern="^[A-Z]{3}(,[A-Z]{3}){0,9}$",
        description="One to ten currencies, separated by commas",
        examples=["EUR,GBP"],
    ),
]


@router.get("")
async def list_products(
    wanted: Annotated[ProductFilter, Query()], products: ProductsDep
) -> ProductPage:
    """List products, newest first."""
    return await products.find(wanted)


@router.get("/{product_id}", responses=problems(404))
async def read_product(product_id: UUID, products: ProductsDep) -> ProductRead:
    """Read a product."""
    return await products.get(product_id)


@router.get("/{product_id}/prices", dependencies=[PRICE_CONVERSION], responses=problems(404))
async def read_prices(
    product_id: UUID, currencies: Currencies, products: ProductsDep
) -> ConvertedPrices:
    """Read the price of a product in other currencies."""
    wanted = list(dict.fromkeys(currencies.split(",")))
    return ConvertedPrices(prices=await products.prices(product_id, wanted))


@writes.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[JSON_BODY],
    responses=problems(409, 415),
)
async def create_product(
    body: ProductCreate, products: WritableProductsDep, request: Request, response: Response
) -> ProductRead:
    """Add a product; its address is in ``Location``."""
    product = await products.create(body)
    response.headers["Location"] = request.url_for("read_product", product_id=product.id).path
    return product


@writes.patch("/{product_id}", dependencies=[JSON_BODY], responses=problems(404, 409, 415))
async def update_product(
    product_id: UUID, body: ProductPatch, products: WritableProductsDep
) -> ProductRead:
    """Change what is sent of a product."""
    return await products.update(product_id, body)


@writes.delete("/{product_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(404))
async def delete_product(product_id: UUID, products: WritableProductsDep) -> None:
    """Remove a product."""
    await products.delete(product_id)
