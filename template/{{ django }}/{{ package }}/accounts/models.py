"""Accounts, and how often somebody has failed to sign in to one."""

import hashlib
from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils import timezone

from ..core.errors import TooManyRequestsError

NAME_PATTERN = r"^[a-z0-9][a-z0-9._@+-]{0,63}\Z"
NAME_RULE = "1 to 64 of a-z 0-9 . _ @ + -, the first a-z or 0-9"
MAX_FAILURES = 10
FAILURE_WINDOW = 60


class User(AbstractUser):
    """An account; what it may do is Django's own matter: permissions, groups, superusers."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    username = models.CharField(
        max_length=64,
        unique=True,
        help_text=NAME_RULE,
        validators=[RegexValidator(NAME_PATTERN, f"An account name has {NAME_RULE}.")],
    )


class AttemptsManager(models.Manager["Attempts"]):
    """Counts attempts to sign in."""

    def admit(self, name: str) -> None:
        """Count an attempt as failed until it succeeds, so that those of other processes count.

        Raises ``TooManyRequestsError`` after 10 failures within a minute for one name, whether or
        not there is such an account.
        """
        now = timezone.now()
        account = _digest(name)
        # A transaction each: who waits for one account's row holds no other.
        self._clear_away(now - timedelta(seconds=FAILURE_WINDOW))
        if not self.filter(account=account).update(updated_at=now):
            new = Attempts(account=account, times=[], updated_at=now)
            self.bulk_create([new], ignore_conflicts=True)
        self._count(account, now)

    def forget(self, name: str) -> None:
        """Count from zero again: somebody knew the password."""
        self.filter(account=_digest(name)).update(times=[])

    @transaction.atomic
    def _clear_away(self, before: datetime) -> None:
        # Rows in use are left to the next: waiting for several could go round in a circle.
        old = self.select_for_update(skip_locked=True).filter(updated_at__lt=before)
        self.filter(pk__in=list(old.values_list("pk", flat=True))).delete()

    @transaction.atomic
    def _count(self, account: str, now: datetime) -> None:
        attempts = self.select_for_update().get(account=account)
        since = now.timestamp() - FAILURE_WINDOW
        attempts.times = [moment for moment in attempts.times if moment > since]
        if len(attempts.times) >= MAX_FAILURES:
            msg = "Too many failed attempts to sign in."
            raise TooManyRequestsError(msg, retry_after=min(attempts.times) - since)
        attempts.times.append(now.timestamp())
        attempts.save()


class Attempts(models.Model):
    """When somebody failed to sign in to an account, which may not even exist."""

    account = models.CharField(max_length=64, primary_key=True)
    times = models.JSONField()
    updated_at = models.DateTimeField(db_index=True)

    objects = AttemptsManager()

    def __str__(self) -> str:
        return f"{len(self.times)} attempts"


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
