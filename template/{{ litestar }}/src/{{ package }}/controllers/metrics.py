"""Metrics for Prometheus."""

from litestar import MediaType, Response, get

from ..core.metrics import CONTENT_TYPE, render_metrics


# Litestar's own middleware counts refused requests as answered and misses unknown paths, so what
# is shown here is counted around the whole application.
@get("/metrics", media_type=MediaType.TEXT, tags=["system"], sync_to_thread=False)
def metrics() -> Response[bytes]:
    """All samples of the service, in the Prometheus text format."""
    # Litestar itself adds the charset.
    return Response(render_metrics(), media_type=CONTENT_TYPE.removesuffix("; charset=utf-8"))
