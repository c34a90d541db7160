"""Health of the service, for whoever keeps it running."""

from litestar import Controller, Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from ..core.components import Health
from ..dependencies import ResourcesDep
from ..schemas import Liveness, Readiness


class HealthController(Controller):
    """What a load balancer, or whatever runs the process, asks."""

    path = "/health"
    tags = ("system",)

    @get("/live")
    async def live(self) -> Liveness:
        """Say that the process runs; asks nothing it depends on."""
        return Liveness()

    @get(
        "/ready",
        responses={
            HTTP_503_SERVICE_UNAVAILABLE: ResponseSpec(
                Readiness, description="Service Unavailable", generate_examples=False
            )
        },
    )
    async def ready(self, resources: ResourcesDep) -> Response[Readiness]:
        """Say whether the service can do its work: fully, degraded, or not at all (503)."""
        readiness = Readiness.of(await resources.components.health())
        unavailable = readiness.status is Health.UNAVAILABLE
        return Response(
            readiness,
            status_code=HTTP_503_SERVICE_UNAVAILABLE if unavailable else HTTP_200_OK,
            headers={"Retry-After": "5"} if unavailable else None,
        )
