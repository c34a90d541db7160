"""Products in the admin site."""

from django import forms
from django.contrib import admin

from ..core.sanitization import clean_html
from .models import Product


class ProductForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    """Keeps descriptions as harmless as the API does."""

    class Meta:
        model = Product
        fields = ("sku", "name", "description", "price_minor", "currency")

    def clean_description(self) -> str:
        """Clean the HTML."""
        return clean_html(self.cleaned_data["description"])


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Products, with what the API takes."""

    form = ProductForm
    list_display = ("sku", "name", "price_minor", "currency", "updated_at")
    search_fields = ("search",)
