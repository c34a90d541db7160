"""Health of the service, for whoever keeps it running."""

from typing import Literal

from apiflask import APIBlueprint
from pydantic import BaseModel

from ..core.components import Health
from ..core.openapi import described
from ..extensions import components

bp = APIBlueprint("health", __name__, url_prefix="/health", tag="system")

UNAVAILABLE = described(
    503,
    "The service cannot do its work",
    "application/json",
    {"$ref": "#/components/schemas/Readiness"},
)


class Liveness(BaseModel):
    """The process runs and answers."""

    status: Literal[Health.OK] = Health.OK


class ComponentHealth(BaseModel):
    """How one component is."""

    status: Health


class Readiness(BaseModel):
    """How the service is, and what it depends on."""

    status: Health
    components: dict[str, ComponentHealth]


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
    found = components.health()
    worst = max(found.values(), key=list(Health).index, default=Health.OK)
    readiness = Readiness(
        status=worst,
        components={name: ComponentHealth(status=health) for name, health in found.items()},
    )
    if worst is Health.UNAVAILABLE:
        return readiness, 503, {"Retry-After": "5"}
    return readiness, 200, {}
