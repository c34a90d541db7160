"""Endpoints of the products."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from ..core.flag_gate import behind_flag
from ..core.openapi import problems
from ..core.responses import respond_with
from .schemas import (
    ConvertedPrices,
    ProductCreate,
    ProductFilter,
    ProductPage,
    ProductPatch,
    ProductRead,
)
from .services import (
    convert_price,
    create_product,
    delete_product,
    find_products,
    get_product,
    update_product,
)

router = Router(tags=["products"])

Currencies = Annotated[
    str,
    Query(
        pattern="^[A-Z]{3}(,[A-Z]{3}){0,9}$",
        description="One to ten currencies, separated by commas",
    ),
]


@router.get("", response={200: ProductPage} | problems(422, 503), auth=None)
def list_all(request: HttpRequest, wanted: Query[ProductFilter]) -> HttpResponse:
    """List products, newest first."""
    return respond_with(find_products(wanted))


@router.post("", response={201: ProductRead} | problems(409, 413, 415, 422, 503))
def create(request: HttpRequest, body: ProductCreate) -> HttpResponse:
    """Add a product; its address is in ``Location``."""
    product = create_product(body)
    return respond_with(product, status=201, headers={"Location": f"/products/{product.id}"})


@router.get("/{product_id}", response={200: ProductRead} | problems(404, 422, 503), auth=None)
def read(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Read a product."""
    return respond_with(get_product(product_id))


@router.patch("/{product_id}", response={200: ProductRead} | problems(404, 409, 413, 415, 422, 503))
def update(request: HttpRequest, product_id: UUID, body: ProductPatch) -> HttpResponse:
    """Change what is sent of a product."""
    return respond_with(update_product(product_id, body))


@router.delete("/{product_id}", response={204: None} | problems(404, 422, 503))
def delete(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Remove a product."""
    delete_product(product_id)
    return HttpResponse(status=204)


@router.get(
    "/{product_id}/prices", response={200: ConvertedPrices} | problems(404, 422, 503), auth=None
)
@behind_flag("price-conversion")
def read_prices(request: HttpRequest, product_id: UUID, currencies: Currencies) -> HttpResponse:
    """Read the price of a product in other currencies."""
    wanted = list(dict.fromkeys(currencies.split(",")))
    return respond_with(ConvertedPrices(prices=convert_price(product_id, wanted)))
