"""The table of the state, and the only way to change it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ..core.errors import PreconditionFailedError
from ..core.fields import JsonTextField
from .signals import state_changed
from config.database import unique_violation

KEY_PATTERN = r"^[a-z0-9_.-]{1,64}$"


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries; each change adds one to the version of its key."""

    def put(self, key: str, value: Any, *, expected: int | None = None) -> "Entry":  # noqa: ANN401
        """Set ``key`` to a JSON value.

        Raises ``PreconditionFailedError`` when ``expected`` is given and is not the current
        version; the version of a key never set is 0.
        """
        return self.change(key, lambda _: value, expected=expected)

    def change(
        self, key: str, change: Callable[[Any], Any], *, expected: int | None = None
    ) -> "Entry":
        """Replace the value by ``change(value)``, ``None`` where there is none yet.

        Updates of one key follow each other, whichever process makes them: none is lost.
        ``change`` may be called more than once and must not alter its argument. ``state_changed``
        is sent once the change is committed. Raises as ``put``.
        """
        try:
            return self._change(key, change, expected)
        except IntegrityError as error:
            if not unique_violation(error):
                raise
            # Somebody else created the key in the same moment.
            return self._change(key, change, expected)

    @transaction.atomic
    def _change(self, key: str, change: Callable[[Any], Any], expected: int | None) -> "Entry":
        entry = self.select_for_update().filter(pk=key).first()
        current = 0 if entry is None else entry.version
        if expected is not None and expected != current:
            msg = f"The current version of {key!r} is {current}, not {expected}."
            raise PreconditionFailedError(msg)
        new = Entry(
            key=key,
            value=change(None if entry is None else entry.value),
            version=current + 1,
            updated_at=timezone.now(),
        )
        new.save(force_insert=entry is None, force_update=entry is not None)
        # It is committed: a receiver that fails is logged, and is no failure of this call.
        transaction.on_commit(lambda: state_changed.send_robust(sender=Entry, entry=new))
        return new


class Entry(models.Model):
    """A value under a key, and which one it is."""

    key = models.CharField(
        max_length=64, primary_key=True, validators=[RegexValidator(KEY_PATTERN)]
    )
    value = JsonTextField(null=True)  # null is a value like any other
    version = models.PositiveBigIntegerField()
    updated_at = models.DateTimeField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["key"]
        verbose_name_plural = "entries"
        permissions: ClassVar = [("write", "Can change the shared state")]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
