"""Health of the service, for whoever keeps it running."""

from apiflask import APIBlueprint

from ..core.components import Health
from ..core.openapi import described
from ..extensions import components
from ..schemas import Liveness, Readiness

bp = APIBlueprint("health", __name__, url_prefix="/health", tag="system")

UNAVAILABLE = described(
    503,
    "The service cannot do its work",
    "application/json",
    {"$ref": "#/components/schemas/Readiness"},
)


@bp.get("/live")
@bp.output(Liveness)
def live() -> Liveness:
    """Say that the process runs; asks nothing it depends on."""
    return Liveness()


@bp.get("/ready")
@bp.output(Readiness)
@bp.doc(responses=UNAVAILABLE)
def ready() -> tuple[Readiness, int, dict[str, str]]:
    """Say whether the service can do its work: fully, degraded, or not at all (503)."""
    readiness = Readiness.of(components.health())
    if readiness.status is Health.UNAVAILABLE:
        return readiness, 503, {"Retry-After": "5"}
    return readiness, 200, {}
