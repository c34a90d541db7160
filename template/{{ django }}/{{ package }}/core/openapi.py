"""The API object: reads bodies strictly, and its OpenAPI document tells the truth about errors."""

import json
from http.client import responses
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from .errors import (
    MEDIA_TYPE,
    BadRequestError,
    Problem,
    UnsupportedMediaTypeError,
    ValidationProblem,
)

UNPROCESSABLE = 422
FORM = "application/x-www-form-urlencoded"


def problems(*statuses: int) -> dict[int, type[Problem]]:
    """Declare, among the ``response`` of an operation, the problems that it answers with."""
    return {
        status: ValidationProblem if status == UNPROCESSABLE else Problem for status in statuses
    }


class StrictParser(Parser):
    """Takes only bodies that say what they are, and are it."""

    def parse_body(self, request: HttpRequest) -> Any:  # noqa: ANN401 - any JSON value
        if request.content_type != "application/json":
            msg = "The request body must be application/json."
            raise UnsupportedMediaTypeError(msg)
        try:
            return json.loads(request.body.decode())
        except (ValueError, RecursionError) as error:
            msg = "The request body is not JSON."
            raise BadRequestError(msg) from error

    def parse_querydict(
        self,
        data: Any,  # noqa: ANN401 - as the class it extends
        list_fields: list[str],
        request: HttpRequest,
    ) -> dict[str, Any]:
        if data is not request.GET and request.content_type != FORM:
            msg = f"The request body must be {FORM}."
            raise UnsupportedMediaTypeError(msg)
        return super().parse_querydict(data, list_fields, request)


class ServiceAPI(NinjaAPI):
    """An API whose document is true."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as the class it extends
        super().__init__(
            parser=StrictParser(), openapi_url="/openapi.json", docs_url="/docs", **options
        )

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the document, with problems under their own media type and nothing left out."""
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        reference = {"$ref": "#/components/schemas/Problem"}
        for path in document["paths"].values():
            for operation in path.values():
                answers = operation["responses"]
                always = [400, 500, *([401, 403] if operation.get("security") else [])]
                for status in always:
                    answers.setdefault(status, _problem(status, reference))
                for answer in answers.values():
                    content = answer.get("content", {})
                    for media_type in list(content):
                        name = content[media_type].get("schema", {}).get("$ref", "")
                        if name.endswith("Problem"):
                            content[MEDIA_TYPE] = content.pop(media_type)
        return document


def _problem(status: int, schema: dict[str, str]) -> dict[str, Any]:
    return {"description": responses[status], "content": {MEDIA_TYPE: {"schema": schema}}}
