"""Endpoints about who is asking; keys are made and revoked by commands."""

from ninja import Router

from .me_api import router as me

router = Router(tags=["auth"])
router.add_router("", me)
