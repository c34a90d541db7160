"""API keys in the admin site: to look at, and to revoke by a date."""

from django.contrib import admin
from django.http import HttpRequest

from .models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Keys; they are made by ``manage.py create_key``, which shows them once."""

    list_display = ("name", "prefix", "expires_at", "revoked_at")
    fields = ("name", "prefix", "permissions", "expires_at", "revoked_at")
    readonly_fields = ("name", "prefix", "permissions")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
