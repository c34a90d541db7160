"""The least Django application that answers the two measured requests."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

COLUMNS = (
    "id",
    "sku",
    "name",
    "description",
    "price_minor",
    "currency",
    "created_at",
    "updated_at",
)
QUERY = f"SELECT {', '.join(COLUMNS)} FROM products_product ORDER BY created_at DESC, id LIMIT 10"  # noqa: S608

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]},
    },
    ROOT_URLCONF=__name__,
)


def live(request: HttpRequest) -> JsonResponse:
    """Say that the process runs."""
    del request
    return JsonResponse({"status": "ok"})


def products(request: HttpRequest) -> JsonResponse:
    """List ten rows as they are."""
    del request
    with connection.cursor() as cursor:
        cursor.execute(QUERY)
        rows = cursor.fetchall()
    return JsonResponse({"items": [dict(zip(COLUMNS, row, strict=True)) for row in rows]})


urlpatterns = [path("health/live", live), path("products", products)]
app = get_asgi_application()
