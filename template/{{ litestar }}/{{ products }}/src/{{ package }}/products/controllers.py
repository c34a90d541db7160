"""Endpoints of the products."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter

from ..core.openapi import problems
from .dependencies import (
    DEPENDENCIES,
    ProductFilterDep,
    ProductsDep,
    require_price_conversion,
)
from .schemas import (
    ConvertedPrices,
    ProductCreate,
    ProductPage,
    ProductPatch,
    ProductRead,
)

Currencies = Annotated[
    str,
    QueryParameter(
        # To msgspec ``$`` is also the place before a line break at the end.
        pattern=r"^[A-Z]{3}(,[A-Z]{3}){0,9}$(?!\n)",
        description="One to ten currencies, separated by commas",
        examples=[Example(value="EUR,GBP")],
    ),
]


class ProductController(Controller):
    """The example resource; ``app.py`` says who may write it."""

    path = "/products"
    tags = ("products",)
    dependencies = DEPENDENCIES

    @get(responses=problems(422, 503))
    async def list_products(self, wanted: ProductFilterDep, products: ProductsDep) -> ProductPage:
        """List products, newest first."""
        return await products.find(wanted)

    @get("/{product_id:str}", responses=problems(404, 422, 503))
    async def read_product(self, product_id: FromPath[UUID], products: ProductsDep) -> ProductRead:
        """Read a product."""
        return await products.get(product_id)

    @get(
        "/{product_id:str}/prices",
        guards=[require_price_conversion],
        responses=problems(404, 422, 503),
    )
    async def read_prices(
        self, product_id: FromPath[UUID], currencies: Currencies, products: ProductsDep
    ) -> ConvertedPrices:
        """Read the price of a product in other currencies."""
        wanted = list(dict.fromkeys(currencies.split(",")))
        return ConvertedPrices(prices=await products.prices(product_id, wanted))

    @post(responses=problems(409, 415, 422, 503))
    async def create_product(
        self, data: JSONBody[ProductCreate], writable: ProductsDep
    ) -> Response[ProductRead]:
        """Add a product; its address is in ``Location``."""
        product = await writable.create(data)
        return Response(product, headers={"Location": f"/products/{product.id}"})

    @patch("/{product_id:str}", responses=problems(404, 409, 415, 422, 503))
    async def update_product(
        self, product_id: FromPath[UUID], data: JSONBody[ProductPatch], writable: ProductsDep
    ) -> ProductRead:
        """Change what is sent of a product."""
        return await writable.update(product_id, data)

    @delete("/{product_id:str}", responses=problems(404, 422, 503))
    async def delete_product(self, product_id: FromPath[UUID], writable: ProductsDep) -> None:
        """Remove a product."""
        await writable.delete(product_id)
