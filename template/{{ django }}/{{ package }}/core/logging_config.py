"""Django's logging, as ``settings.LOGGING`` says."""

import logging
from typing import Any

from .logging import configure_logging


def configure(config: dict[str, Any]) -> None:
    """Set up structured logs for Django as for everything else.

    Of a request the service logs one line of its own, so that Django's stay for what failed.
    """
    configure_logging(**config)
    logging.getLogger("django.request").setLevel(logging.ERROR)
    logging.getLogger("django.server").setLevel(logging.WARNING)
