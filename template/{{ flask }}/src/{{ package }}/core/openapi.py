"""The OpenAPI document tells the truth about errors too."""

import re
from http.client import responses
from typing import Any

from apiflask import APIFlask
from flask import current_app
from werkzeug.routing import Rule

from .errors import MEDIA_TYPE, FieldError, Problem, ValidationProblem
from .request_hooks import route_of

Responses = dict[int | str, dict[str, str | dict[str, dict[str, Any]]]]

ALWAYS = (400, 500)
WITH_BODY = (413, 415)
UNPROCESSABLE = 422
CONVERTED = re.compile(r"<(\w+)(?:\([^<>]*\))?:(\w+)>")  # kind and name of a parameter
PLACE = "#/components/schemas/{model}"
# One version of what runs in the page, on the origin of this service.
SWAGGER_UI = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0"


def described(status: int, description: str, media_type: str, schema: dict[str, str]) -> Responses:
    """Declare, as ``responses`` of a view, an answer that is no model of its own."""
    return {status: {"description": description, "content": {media_type: {"schema": schema}}}}


def problems(*statuses: int) -> Responses:
    """Declare, as ``responses`` of a view, the problems that it answers with."""
    declared: Responses = {}
    for status in statuses:
        model = ValidationProblem if status == UNPROCESSABLE else Problem
        schema = {"$ref": PLACE.format(model=model.__name__)}
        declared |= described(status, responses[status], MEDIA_TYPE, schema)
    return declared


def init_app(app: APIFlask) -> None:
    """Let views declare what they answer, and the document add what all of them may."""
    app.config.from_mapping(
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        DOCS_FAVICON=f"{SWAGGER_UI}/favicon-32x32.png",
        SWAGGER_UI_CSS=f"{SWAGGER_UI}/swagger-ui.css",
        SWAGGER_UI_BUNDLE_JS=f"{SWAGGER_UI}/swagger-ui-bundle.js",
        SWAGGER_UI_STANDALONE_PRESET_JS=f"{SWAGGER_UI}/swagger-ui-standalone-preset.js",
    )
    app.spec_processor(_complete)


def _complete(document: Any) -> Any:  # noqa: ANN401 - a JSON document
    for model in (FieldError, Problem, ValidationProblem):
        schema = model.model_json_schema(ref_template=PLACE)
        schema.pop("$defs", None)  # they stand beside it
        document["components"]["schemas"][model.__name__] = schema
    for path in document["paths"].values():
        for operation in path.values():
            statuses = [*ALWAYS, *(WITH_BODY if "requestBody" in operation else ())]
            if choices := operation.get("security"):
                asks_for_permission = any(any(choice.values()) for choice in choices)
                statuses += [401, 403] if asks_for_permission else [401]
            for status, answer in problems(*statuses).items():
                operation["responses"].setdefault(str(status), answer)
    for rule in current_app.url_map.iter_rules():
        _describe_parameters(rule, document["paths"].get(route_of(rule.rule), {}))
    return document


def _describe_parameters(rule: Rule, path: dict[str, Any]) -> None:
    """Say of the parameters in an address what their converters know of them."""
    kinds = {name: kind for kind, name in CONVERTED.findall(rule.rule)}
    for operation in path.values():
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and (kind := kinds.get(parameter["name"])):
                converter = current_app.url_map.converters[kind]
                parameter["schema"] = getattr(converter, "schema", parameter["schema"])
