"""What callers may do, in Django's terms: ``products:write`` is ``products.write`` there."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from .permissions import PERMISSIONS


def grant(names: Iterable[str]) -> QuerySet[Permission]:
    """Return Django's permissions for names of ours."""
    found = Permission.objects.none()
    for name in names:
        application, codename = name.split(":")
        found |= Permission.objects.filter(content_type__app_label=application, codename=codename)
    return found


def granted(user: Any) -> frozenset[str]:  # noqa: ANN401 - a user, or what has its ``has_perm``
    """Return the names of ours for what a user may do, superusers everything."""
    return frozenset(name for name in PERMISSIONS if user.has_perm(name.replace(":", ".")))
