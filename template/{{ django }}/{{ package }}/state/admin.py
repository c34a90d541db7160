"""State in the admin site: to look at, because a change must count its version up."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Entries, read only."""

    list_display = ("key", "version", "updated_at")
    search_fields = ("key",)
    fields = readonly_fields = ("key", "as_json", "version", "updated_at")

    @admin.display(description="value")
    def as_json(self, entry: Entry) -> str:
        return json.dumps(entry.value, ensure_ascii=False)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False
