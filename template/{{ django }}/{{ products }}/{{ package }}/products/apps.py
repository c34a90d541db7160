"""Products as a Django application."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """The example resource."""

    name = f"{__package__}"
    label = "products"
