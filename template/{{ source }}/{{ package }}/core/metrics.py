"""Metrics in the Prometheus format."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
UNKNOWN_ROUTE = "unknown"

HTTP_REQUESTS = Counter(
    "http_requests", "Requests answered, by route template", ["method", "route", "status"]
)
HTTP_DURATION = Histogram(
    "http_request_duration_seconds", "Time to answer a request", ["method", "route"]
)
OPERATION_DURATION = Histogram(
    "operation_duration_seconds", "Time an operation of the service took", ["operation"]
)
CACHE_REQUESTS = Counter("cache_requests", "Cache look-ups, by what they found", ["result"])
EXTERNAL_REQUESTS = Counter(
    "external_requests", "Calls to other services, by how they ended", ["service", "outcome"]
)


@contextmanager
def measured(operation: str) -> Iterator[None]:
    """Measure the time that the block takes, also when it fails."""
    started = time.perf_counter()
    try:
        yield
    finally:
        OPERATION_DURATION.labels(operation).observe(time.perf_counter() - started)


def render_metrics() -> bytes:
    """All samples as text; of every worker process when ``PROMETHEUS_MULTIPROC_DIR`` is set."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
