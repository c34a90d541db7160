"""The OpenAPI document tells the truth about errors too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Schema
from litestar.plugins import OpenAPISchemaPlugin, ReceiveRoutePlugin
from litestar.routes import BaseRoute, HTTPRoute
from litestar.status_codes import HTTP_404_NOT_FOUND
from litestar.typing import FieldDefinition
from pydantic import BaseModel

from .errors import MEDIA_TYPE, Problem, ValidationProblem, title
from .validation import InputModel

UNPROCESSABLE = 422


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """Declare, as ``responses`` of a handler, the problems that it answers with."""
    return {
        status: ResponseSpec(
            ValidationProblem if status == UNPROCESSABLE else Problem,
            description=title(status),
            media_type=MEDIA_TYPE,
            generate_examples=False,
        )
        for status in statuses
    }


class ProblemsPlugin(ReceiveRoutePlugin):
    """Declares, for each handler, the problems that come from what surrounds it."""

    def receive_route(self, route: BaseRoute) -> None:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                handler.responses = {
                    **problems(400, 413, 500),
                    **(handler.responses or {}),
                }


@dataclass
class ModelSchema(Schema):
    """The schema of a model, in Pydantic's own words."""

    content: dict[str, Any] = field(default_factory=dict)

    def to_schema(self) -> dict[str, Any]:
        return self.content


class ModelSchemaPlugin(OpenAPISchemaPlugin):
    """Lets Pydantic describe its models: Litestar's description leaves out what theirs adds."""

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:  # noqa: ANN401 - any annotation
        return isinstance(value, type) and issubclass(value, BaseModel)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Any:  # noqa: ANN401 - their types are internal
        model: type[BaseModel] = field_definition.annotation
        taken = issubclass(model, InputModel)
        content = model.model_json_schema(mode="validation" if taken else "serialization")
        registry = schema_creator.schema_registry
        registry.get_schema_for_field_definition(field_definition)  # makes a place for it
        reference = registry.get_reference_for_field_definition(field_definition)
        schema = ModelSchema(content=_inlined(content, content.pop("$defs", {})))
        registry.from_reference(reference).schema = schema
        return reference


def create_docs_router() -> Router:
    """Return the router that Litestar serves the page at ``/docs`` and its document from."""
    return Router("/docs", route_handlers=[], include_in_schema=False, after_request=_only_docs)


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def read_document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Show the document at the address where clients look for it."""
    return request.app.openapi_schema.to_schema()


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
    """Put definitions where they are referred to; of one within itself only the name is told."""
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        return _inlined(definitions[name], {**definitions, name: {"title": name}})
    return {name: _inlined(member, definitions) for name, member in node.items()}


async def _only_docs(response: Response[Any]) -> Response[Any]:
    # Litestar answers for all addresses below its own with a page that says 404.
    if response.status_code == HTTP_404_NOT_FOUND:
        raise NotFoundException
    return response
