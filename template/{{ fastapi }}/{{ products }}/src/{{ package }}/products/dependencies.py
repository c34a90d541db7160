"""Dependencies of the product endpoints."""

from typing import Annotated

from fastapi import Depends

from ..dependencies import ResourcesDep, SessionDep, TransactionDep
from .service import ProductService


async def get_reader(session: SessionDep, resources: ResourcesDep) -> ProductService:
    """Provide the products for reading."""
    return ProductService(session, resources)


async def get_writer(session: TransactionDep, resources: ResourcesDep) -> ProductService:
    """Provide the products for writing: committed when the endpoint returns."""
    return ProductService(session, resources)


# Their sessions end when the endpoint returns, and so do they.
ProductsDep = Annotated[ProductService, Depends(get_reader, scope="function")]
WritableProductsDep = Annotated[ProductService, Depends(get_writer, scope="function")]


async def require_price_conversion(resources: ResourcesDep) -> None:
    """Hide what belongs to the flag ``price-conversion`` while it is off."""
    await resources.flags.require("price-conversion")


PRICE_CONVERSION = Depends(require_price_conversion)
