"""The OpenAPI document says that flags may be asked for with credentials, and without."""

from litestar import Litestar


async def test_flags_take_every_kind_of_credentials(app: Litestar) -> None:
    document = app.openapi_schema.to_schema()
    taken = document["paths"]["/flags"]["get"]["security"]
    schemes = {scheme for scheme in document["components"]["securitySchemes"] if scheme != "csrf"}
    assert {} in taken
    assert {scheme for requirement in taken for scheme in requirement} == schemes
