"""Logging as Litestar hands it to handlers."""

from typing import Any

import structlog
from litestar.logging.config import BaseLoggingConfig
from litestar.types.callable_types import GetLogger


class ProcessLogging(BaseLoggingConfig):
    """Makes ``request.logger`` and ``app.logger`` write what every other logger does.

    Litestar's ``StructLoggingConfig`` would set structlog up once more, and differently.
    """

    log_exceptions = "never"  # ``exception_handlers.py`` logs them, once

    def configure(self) -> GetLogger:
        return structlog.get_logger

    @staticmethod
    def set_level(logger: Any, level: int) -> None:  # noqa: ANN401 - as Litestar declares it
        """Leave the level as it is: ``LOG_LEVEL`` sets it for the whole process."""
