"""Health of the service, for whoever keeps it running."""

from typing import Literal

from fastapi import APIRouter, Response, status
from pydantic import BaseModel

from ..core.components import Health
from ..dependencies import ResourcesDep

router = APIRouter(prefix="/health", tags=["system"])


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


@router.get("/live")
async def live() -> Liveness:
    """Say that the process runs; asks nothing it depends on."""
    return Liveness()


@router.get("/ready", responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Readiness}})
async def ready(resources: ResourcesDep, response: Response) -> Readiness:
    """Say whether the service can do its work: fully, degraded, or not at all (503)."""
    components = await resources.components.health()
    worst = max(components.values(), key=list(Health).index, default=Health.OK)
    if worst is Health.UNAVAILABLE:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        response.headers["Retry-After"] = "5"
    return Readiness(
        status=worst,
        components={name: ComponentHealth(status=health) for name, health in components.items()},
    )
