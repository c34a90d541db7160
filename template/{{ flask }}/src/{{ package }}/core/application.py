"""The application class: Flask with an API, strict about bodies and quiet about its inside."""

from types import TracebackType
from typing import Any, ClassVar
from uuid import UUID

import structlog
from apiflask import APIFlask
from apiflask.types import SpecCallbackType
from flask import Request, json, request
from structlog.typing import FilteringBoundLogger
from werkzeug.exceptions import NotFound, RequestEntityTooLarge
from werkzeug.routing import BaseConverter
from werkzeug.wsgi import get_input_stream

from .errors import (
    BadRequestError,
    FieldError,
    InvalidFieldsError,
    ServiceError,
    UnsupportedMediaTypeError,
)
from .state import KEY_PATTERN

logger: FilteringBoundLogger = structlog.get_logger()

INCOMPLETE = "The request body is not complete."

ExceptionInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]


class StrictRequest(Request):
    """Takes only bodies that say what they are, and are it."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - as Flask has it
        """Return the body.

        Raises ``UnsupportedMediaTypeError`` when it is not said to be JSON, ``BadRequestError``
        when it is none, and ``InvalidFieldsError`` when it is null, which APIFlask would take for
        an object without members. If ``silent``, returns ``None`` instead.
        """
        del force, cache  # APIFlask forces all; the bytes of the body are kept
        try:
            return self._parse()
        except ServiceError:
            if silent:
                return None
            raise

    def _parse(self) -> Any:  # noqa: ANN401
        require_type("application/json")
        try:
            body = json.loads(self.read_body().decode())
        except (ValueError, RecursionError) as error:
            msg = "The request body is not JSON."
            raise BadRequestError(msg) from error
        if body is None:
            wrong = FieldError(pointer="", detail="Input should be an object", code="model_type")
            raise InvalidFieldsError([wrong])
        return body

    def read_body(self) -> bytes:
        """Return the bytes of the body.

        Raises ``RequestEntityTooLarge``, and ``BadRequestError`` when it breaks off.
        """
        try:
            body = self.get_data()
            # Of a body whose length was not announced Flask takes as much as is allowed, and no
            # notice of the rest.
            unannounced = self.content_length is None
            rest = get_input_stream(self.environ).read(1) if unannounced else b""
        except RequestEntityTooLarge:
            raise
        except Exception as error:  # every server has errors of its own for it
            raise BadRequestError(INCOMPLETE) from error
        if rest:
            raise RequestEntityTooLarge
        if len(body) < (self.content_length or 0):
            raise BadRequestError(INCOMPLETE)
        return body

    def _load_form_data(self) -> None:
        self.read_body()  # else a form would be taken as far as it came, or is allowed
        super()._load_form_data()


def require_type(accepted: str) -> None:
    """Raise ``UnsupportedMediaTypeError`` when the body of the request is of another media type."""
    if request.mimetype != accepted:
        msg = f"The request body must be {accepted}."
        raise UnsupportedMediaTypeError(msg)


class StateKeyConverter(BaseConverter):
    """A key of the state in an address: ``<state_key:key>``."""

    regex = KEY_PATTERN.strip("^$")
    schema: ClassVar = {"type": "string", "pattern": KEY_PATTERN}


class UuidConverter(BaseConverter):
    """An id in an address, ``<uuid:id>``: any other is unknown, whatever is asked of it.

    Werkzeug's own does not even look at other ids, and so answers a wrong method with 404.
    """

    schema: ClassVar = {"type": "string", "format": "uuid"}

    def to_python(self, value: str) -> UUID:
        try:
            found = UUID(value)
        except ValueError as error:
            raise NotFound from error
        if str(found) != value.lower():
            raise NotFound
        return found


class Application(APIFlask):
    """Flask, with the OpenAPI document and the page of APIFlask."""

    request_class = StrictRequest

    def __init__(self, import_name: str, *, title: str, version: str, description: str) -> None:
        super().__init__(
            import_name,
            title=title,
            version=version,
            spec_path="/openapi.json",
            docs_path="/docs",
            docs_oauth2_redirect_path=None,
            json_errors=False,
            static_folder=None,  # type: ignore[arg-type] # as Flask, there is none then
        )
        self.description = description
        self.json.sort_keys = False  # type: ignore[attr-defined] # of the default provider
        self.url_map.merge_slashes = False
        self.url_map.converters |= {"state_key": StateKeyConverter, "uuid": UuidConverter}

    def spec_processor(self, f: SpecCallbackType) -> SpecCallbackType:
        """Let ``f`` complete the document after those before it; APIFlask knows only one."""
        before = self.spec_callback
        super().spec_processor(f if before is None else lambda document: f(before(document)))
        return f

    def log_exception(self, exc_info: ExceptionInfo) -> None:
        """Log what nobody expected, with the id of the request."""
        logger.error("request failed", exc_info=exc_info)
