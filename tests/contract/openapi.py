"""Is /openapi.json true? Every response the suite sees is held against the document."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# They describe and render the document itself, and are not part of it.
NOT_DOCUMENTED = frozenset({"/docs", "/openapi.json"})
_BASE = "urn:openapi"


def _with_null(node: Any) -> Any:  # noqa: ANN401 - a JSON document
    """Turn OpenAPI 3.0's `nullable` into what JSON Schema understands."""
    if isinstance(node, list):
        return [_with_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _with_null(value) for key, value in node.items()}
    if result.pop("nullable", False) is True:
        return {"anyOf": [result, {"type": "null"}]}
    return result


def _pointer(*parts: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


class Document:
    """An OpenAPI 3.x document, asked about single responses."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = _with_null(content)
        self._registry: Registry[Any] = Registry().with_resource(
            _BASE, DRAFT202012.create_resource(self.content)
        )
        self._patterns = sorted(
            (
                ("{" in path, path, re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(path))))
                for path in self.paths
            ),
            key=lambda entry: entry[:2],
        )

    @property
    def paths(self) -> dict[str, Any]:
        """Path templates and their operations."""
        paths: dict[str, Any] = self.content["paths"]
        return paths

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield every operation as (METHOD, path template, operation)."""
        for path, item in self.paths.items():
            for method, operation in item.items():
                if method in METHODS:
                    yield method.upper(), path, operation

    def template(self, path: str) -> str | None:
        """Return the path template that a raw path belongs to."""
        for _, template, pattern in self._patterns:
            if pattern.fullmatch(path):
                return template
        return None

    def methods(self, template: str) -> set[str]:
        """Return the documented methods of a path template, in capitals."""
        return {method.upper() for method in self.paths[template] if method in METHODS}

    def complaints(self, response: httpx2.Response, body: bytes | None) -> Iterator[str]:
        """Yield a sentence for each way in which the document is not true of the response.

        `body` is None when it was not read to its end (a stream).
        """
        method, path = response.request.method, response.request.url.path
        template = self.template(path)
        if path in NOT_DOCUMENTED or template is None or method not in self.methods(template):
            return
        name = f"openapi.json: {method} {template}"
        where: tuple[str, ...] = ("paths", template, method.lower(), "responses")
        responses = self._at(*where)
        status = str(response.status_code)
        found = next((key for key in (status, f"{status[0]}XX", "default") if key in responses), "")
        if not found:
            yield f"{name} answered {status}, which is not documented"
            return
        where = (*where, found)
        documented = responses[found]
        if "$ref" in documented:
            where = tuple(documented["$ref"].removeprefix("#/").split("/"))
            documented = self._at(*where)
        content = documented.get("content", {})
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if not content:
            if body:
                yield f"{name} {status} has a body of {media_type}, the document has none"
            return
        if media_type not in content:
            yield f"{name} {status} is {media_type}, documented is {', '.join(content)}"
            return
        if "schema" not in content[media_type] or "json" not in media_type or body is None:
            return
        reference = f"{_BASE}#{_pointer(*where, 'content', media_type, 'schema')}"
        validator = Draft202012Validator({"$ref": reference}, registry=self._registry)
        for error in validator.iter_errors(response.json()):
            yield f"{name} {status} breaks its schema at {error.json_path}: {error.message[:200]}"

    def _at(self, *parts: str) -> Any:  # noqa: ANN401 - a JSON document
        node: Any = self.content
        for part in parts:
            node = node[part]
        return node
