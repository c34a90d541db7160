"""The OpenAPI document tells the truth about errors too."""

from typing import Any

from fastapi import FastAPI

from .errors import MEDIA_TYPE, Problem, ValidationProblem

UNPROCESSABLE = 422


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare, as ``responses`` of a router or an endpoint, the problems that it answers with."""
    return {
        status: {"model": ValidationProblem if status == UNPROCESSABLE else Problem}
        for status in statuses
    }


def install_openapi(app: FastAPI) -> None:
    """Let the document of ``app`` show problems under their own media type.

    FastAPI shows every declared model under the media type of the endpoint, and its own model
    for validation errors (https://fastapi.tiangolo.com/how-to/extending-openapi/).
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _correct(generate())
        return generate()

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def _correct(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                content = response.get("content", {})
                for media_type in list(content):
                    reference = content[media_type].get("schema", {}).get("$ref", "")
                    if reference.endswith("Problem"):
                        content[MEDIA_TYPE] = content.pop(media_type)
