"""Fields that models share."""

import json
from typing import Any

from django import forms
from django.db import models


class JsonTextField(models.TextField):  # type: ignore[type-arg] # not subscriptable at run time
    """A JSON value that comes back as it was given.

    It is kept as text: databases that have a type of their own for JSON write numbers anew, and
    put members into another order. ``None`` is kept as the null of the database.
    """

    def from_db_value(self, value: str | None, *_: object) -> Any:  # noqa: ANN401 - any JSON value
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401
        return value

    def get_prep_value(self, value: Any) -> str | None:  # noqa: ANN401
        return None if value is None else json.dumps(value)

    def value_to_string(self, obj: models.Model) -> Any:  # noqa: ANN401
        return self.value_from_object(obj)  # what is dumped is JSON too

    def formfield(self, **kwargs: Any) -> Any:  # noqa: ANN401 - as Django has it
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})
