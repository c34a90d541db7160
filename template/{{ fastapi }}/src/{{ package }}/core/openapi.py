"""The OpenAPI document tells the truth about errors too."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from .errors import MEDIA_TYPE, Problem, ValidationProblem

UNPROCESSABLE = 422
REFERENCE = "#/components/schemas/{model}"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare, as ``responses`` of a router or an endpoint, the problems that it answers with.

    FastAPI shows a declared ``model`` under the media type of the endpoint, and makes a validator
    of it for every endpoint; a reference has the media type of problems, and costs nothing.
    """
    return {
        status: _response(ValidationProblem if status == UNPROCESSABLE else Problem)
        for status in statuses
    }


def _response(model: type[Problem]) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model=model.__name__)}
    return {"content": {MEDIA_TYPE: {"schema": schema}}}


def install_openapi(app: FastAPI) -> None:
    """Let the document of ``app`` say what problems consist of.

    As in https://fastapi.tiangolo.com/how-to/extending-openapi/.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()  # another one when there are other routes
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if Problem.__name__ not in schemas:
            _, described = models_json_schema(
                [(Problem, "serialization"), (ValidationProblem, "serialization")],
                ref_template=REFERENCE,
            )
            schemas |= described["$defs"]
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way
