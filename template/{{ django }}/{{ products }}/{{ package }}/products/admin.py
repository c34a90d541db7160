"""Products in the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import TypeAdapter, ValidationError

from .models import Product
from .schemas import Description, Name

_name: TypeAdapter[str] = TypeAdapter(Name)
_description: TypeAdapter[str] = TypeAdapter(Description)


class ProductForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    """Takes the prices and texts that the API takes, and leaves of texts what it leaves."""

    price_minor = forms.IntegerField(min_value=1, max_value=10**10 - 1)

    class Meta:
        model = Product
        fields = ("sku", "name", "description", "price_minor", "currency")

    def clean_name(self) -> str:
        return _clean(_name, self.cleaned_data["name"])

    def clean_description(self) -> str:
        return _clean(_description, self.cleaned_data["description"])


def _clean(text: TypeAdapter[str], value: str) -> str:
    try:
        return text.validate_python(value)
    except ValidationError as error:
        raise forms.ValidationError([item["msg"] for item in error.errors()]) from error


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Products, with what the API takes."""

    form = ProductForm
    list_display = ("sku", "name", "price_minor", "currency", "updated_at")
    search_fields = ("search",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term.casefold())
