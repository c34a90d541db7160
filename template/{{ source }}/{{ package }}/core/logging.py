"""Structured logs on standard output, for the service and the libraries it uses."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
import structlog.typing
from structlog.tracebacks import ExceptionDictTransformer

REDACTED = "[redacted]"
SECRET_NAME = re.compile(r"password|secret|token|authorization|cookie|api[_-]?key", re.IGNORECASE)

# Not structlog's own defaults: they log the local variables of every frame, secrets included.
_exceptions = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the values of all members whose names speak of secrets, at any depth."""
    for name, value in event.items():
        event[name] = REDACTED if SECRET_NAME.search(name) else _redacted(value)
    return event


def _redacted(value: Any) -> Any:  # noqa: ANN401 - whatever is logged
    if isinstance(value, Mapping):
        return {
            str(name): REDACTED if SECRET_NAME.search(str(name)) else _redacted(member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_redacted(member) for member in value]
    if isinstance(value, tuple):  # stays one: structlog looks for a tuple of exception info
        return tuple(_redacted(member) for member in value)
    return value


def configure_logging(level: str, form: str, *, cache_loggers: bool = True) -> None:
    """Set up logging for the process.

    ``level`` is the name of a standard level; ``form`` is ``json`` (one object a line) or
    ``console``. With ``cache_loggers`` loggers keep the configuration of their first use.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    render: list[structlog.typing.Processor] = (
        [_exceptions, structlog.processors.JSONRenderer()]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    # The service's own events take the short way: filtered before anything is computed.
    structlog.configure(
        processors=[*shared, *render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(),
        cache_logger_on_first_use=cache_loggers,
    )
    # Libraries log through the standard library and come out in the same form.
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # It logs whole addresses, and there may be a password in one.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
