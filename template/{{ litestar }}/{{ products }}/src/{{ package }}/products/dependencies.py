"""Dependencies of the product handlers."""

from typing import Annotated, Any

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import QueryParameter, SkipValidation
from pydantic import ValidationError
from pydantic.alias_generators import to_snake

from ..core.errors import InvalidFieldsError
from ..core.failures import field_errors
from ..dependencies import ResourcesDep, SessionDep, provide_resources
from .schemas import ProductFilter
from .service import ProductService


def described(name: str) -> QueryParameter:
    """Declare a query parameter as the field of ``ProductFilter`` that will read it from text.

    Litestar's own conversion would take ``1e2`` for a whole number.
    """
    schema = ProductFilter.model_json_schema()["properties"][name]
    return QueryParameter(schema_extra={to_snake(key): value for key, value in schema.items()})


ProductsDep = NamedDependency[SkipValidation[ProductService]]
ProductFilterDep = NamedDependency[SkipValidation[ProductFilter]]


async def provide_products(session: SessionDep, resources: ResourcesDep) -> ProductService:
    """Provide the products for reading."""
    return ProductService(session, resources)


async def provide_writable(transaction: SessionDep, resources: ResourcesDep) -> ProductService:
    """Provide the products for writing: committed when the handler returns."""
    return ProductService(transaction, resources)


async def provide_filter(
    limit: Annotated[str, described("limit")] = "20",
    offset: Annotated[str, described("offset")] = "0",
    q: Annotated[str, described("q")] = "",
) -> ProductFilter:
    """Provide what the query says about the products to list."""
    try:
        return ProductFilter.model_validate({"limit": limit, "offset": offset, "q": q})
    except ValidationError as error:
        raise InvalidFieldsError(field_errors(error.errors())) from None


async def require_price_conversion(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Guard that hides what belongs to the flag ``price-conversion`` while it is off."""
    resources = await provide_resources(connection.app.state)
    await resources.flags.require("price-conversion")


DEPENDENCIES = {
    "products": Provide(provide_products),
    "writable": Provide(provide_writable),
    "wanted": Provide(provide_filter),
}
