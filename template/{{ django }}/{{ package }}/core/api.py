"""Endpoints of the service itself: health and metrics, for whoever keeps it running."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel

from .components import Health, registry
from .metrics import CONTENT_TYPE, render_metrics
from .responses import respond_with

router = Router(tags=["system"])

TEXT = {"responses": {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}}


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


@router.get("/health/live", response=Liveness, auth=None)
def live(request: HttpRequest) -> HttpResponse:
    """Say that the process runs; asks nothing it depends on."""
    return respond_with(Liveness())


@router.get("/health/ready", response={200: Readiness, 503: Readiness}, auth=None)
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether the service can do its work: fully, degraded, or not at all (503)."""
    components = registry.health()
    worst = max(components.values(), key=list(Health).index, default=Health.OK)
    readiness = Readiness(
        status=worst,
        components={name: ComponentHealth(status=health) for name, health in components.items()},
    )
    if worst is Health.UNAVAILABLE:
        return respond_with(readiness, status=503, headers={"Retry-After": "5"})
    return respond_with(readiness)


@router.get("/metrics", response={200: None}, auth=None, openapi_extra=TEXT)
def metrics(request: HttpRequest) -> HttpResponse:
    """All samples of the service, in the Prometheus text format."""
    return HttpResponse(render_metrics(), content_type=CONTENT_TYPE)
