"""Authentication of API callers as a Django application."""

from django.apps import AppConfig


class AuthConfig(AppConfig):
    """Not to be confused with Django's own application called ``auth``, which it builds on."""

    name = f"{__package__}"
    label = "callers"
    verbose_name = "Callers of the API"
