"""Keys by which programs are known."""

import hmac
from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .keys import Key
from .permissions import Principal


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Makes, finds and revokes keys."""

    def issue(self, name: str, permissions: Iterable[str], *, days: int | None = None) -> str:
        """Store a key and return it: this is the only time that anybody sees it.

        ``days`` is how long it is good for; without, it is good until it is revoked.
        """
        key = Key.make()
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        self.create(
            prefix=key.prefix,
            digest=key.digest,
            name=name,
            permissions=sorted(permissions),
            expires_at=expires_at,
        )
        return str(key)

    def holder(self, text: str) -> Principal | None:
        """Return whose key it is, if it is one that is good now."""
        key = Key.read(text)
        if key is None:
            return None
        good = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        found = self.filter(good, prefix=key.prefix, revoked_at=None).first()
        if found is None or not hmac.compare_digest(found.digest, key.digest):
            return None
        return Principal(subject=found.name, permissions=frozenset(found.permissions))

    def revoke(self, prefix: str) -> bool:
        """Revoke the key that begins with ``prefix``; return whether there was one."""
        found = self.filter(prefix=prefix, revoked_at=None)
        return found.update(revoked_at=timezone.now()) > 0


class ApiKey(models.Model):
    """A key: its first part to find it by, and of its second part no more than a digest."""

    prefix = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
