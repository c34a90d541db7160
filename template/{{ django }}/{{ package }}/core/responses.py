"""Answers that are models."""

from collections.abc import Mapping

from django.http import HttpResponse
from pydantic import BaseModel


def respond_with(
    model: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Answer with ``model`` as JSON.

    Ninja would turn it into Python values first, and so lose the forms that ``serialization`` gives
    to amounts and moments.
    """
    return HttpResponse(
        model.model_dump_json(), content_type="application/json", status=status, headers=headers
    )
