"""Metrics for Prometheus."""

from apiflask import APIBlueprint
from flask import Response

from ..core.metrics import CONTENT_TYPE, render_metrics
from ..core.openapi import described

bp = APIBlueprint("metrics", __name__, tag="system")

TEXT = described(200, "Samples", "text/plain", {"type": "string"})


@bp.get("/metrics")
@bp.doc(responses=TEXT)
def metrics() -> Response:
    """All samples of the service, in the Prometheus text format."""
    return Response(render_metrics(), content_type=CONTENT_TYPE)
