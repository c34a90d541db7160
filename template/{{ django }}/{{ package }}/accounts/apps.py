"""Accounts as a Django application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Holds the user model of the project, from its first migration on."""

    name = f"{__package__}"
    label = "accounts"
