"""Keys by which programs are known."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .permissions import Principal


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Makes, finds and revokes keys."""

    def issue(self, name: str, permissions: Iterable[str], *, days: int | None = None) -> str:
        """Store a key and return it: this is the only time that anybody sees it.

        ``days`` is how long it is good for; without, it is good until it is revoked.
        """
        prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        self.create(
            prefix=prefix,
            digest=_digest(secret),
            name=name,
            permissions=sorted(permissions),
            expires_at=expires_at,
        )
        return f"{prefix}.{secret}"

    def holder(self, key: str) -> Principal | None:
        """Return whose key it is, if it is one that is good now."""
        prefix, _, secret = key.partition(".")
        if not prefix.isascii() or "\0" in prefix:
            return None
        good = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        found = self.filter(good, prefix=prefix, revoked_at=None).first()
        if found is None or not hmac.compare_digest(found.digest, _digest(secret)):
            return None
        return Principal(subject=found.name, permissions=frozenset(found.permissions))

    def revoke(self, prefix: str) -> bool:
        """Revoke the key that begins with ``prefix``; return whether there was one."""
        found = self.filter(prefix=prefix, revoked_at=None)
        return found.update(revoked_at=timezone.now()) > 0


class ApiKey(models.Model):
    """A key: its first part to find it by, and of its second part no more than a digest.

    The secret is as long as a digest and random, so that a slow hash would protect nothing.
    """

    prefix = models.CharField(max_length=16, unique=True)
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


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
