"""Metrics for Prometheus."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from ..core.metrics import CONTENT_TYPE, render_metrics

router = APIRouter(tags=["system"])


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics() -> Response:
    """All samples of the service, in the Prometheus text format."""
    return Response(render_metrics(), media_type=CONTENT_TYPE)
