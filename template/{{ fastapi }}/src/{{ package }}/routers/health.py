"""Health of the service, for whoever keeps it running."""

from fastapi import APIRouter, Response, status

from ..core.components import Health
from ..dependencies import ResourcesDep
from ..schemas import Liveness, Readiness

router = APIRouter(prefix="/health", tags=["system"])


@router.get("/live")
async def live() -> Liveness:
    """Say that the process runs; asks nothing it depends on."""
    return Liveness()


@router.get("/ready", responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Readiness}})
async def ready(resources: ResourcesDep, response: Response) -> Readiness:
    """Say whether the service can do its work: fully, degraded, or not at all (503)."""
    readiness = Readiness.of(await resources.components.health())
    if readiness.status is Health.UNAVAILABLE:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        response.headers["Retry-After"] = "5"
    return readiness
