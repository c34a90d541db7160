"""Fields that models share."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class JsonTextField(models.JSONField):
    """A JSON value that comes back as it was given.

    It is kept as text: databases that have a type of their own for JSON write numbers anew, and
    put members into another order.
    """

    def get_internal_type(self) -> str:
        return "TextField"

    def get_db_prep_value(
        self,
        value: Any,  # noqa: ANN401 - any JSON value
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: FBT001, FBT002 - as Django has it
    ) -> Any:  # noqa: ANN401
        del connection
        return json.dumps(value if prepared else self.get_prep_value(value))
