"""Products as they are kept."""

from secrets import randbits
from typing import Any, ClassVar, Self
from uuid import UUID, uuid4

from django.core.validators import RegexValidator
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from ..core.errors import ConflictError, NotFoundError
from config.database import unique_violation


class ProductQuerySet(models.QuerySet["Product"]):
    """The queries of products."""

    def matching(self, text: str) -> Self:
        """Keep those with ``text`` in the name or the SKU, whatever its case."""
        return self.filter(search__contains=text.casefold()) if text else self

    def newest_first(self) -> Self:
        """Put them in an order that is the same each time."""
        return self.order_by("-created_at", "id")

    def find(self, product_id: UUID) -> "Product":
        """Return a product. Raises ``NotFoundError`` when there is none."""
        product = self.filter(pk=product_id).first()
        if product is None:
            raise _not_found(product_id)
        return product

    def version_of(self, product_id: UUID) -> int:
        """Return the version of a product. Raises ``NotFoundError`` when there is none."""
        version = self.filter(pk=product_id).values_list("version", flat=True).first()
        if version is None:
            raise _not_found(product_id)
        return version


class Product(models.Model):
    """A product; its price is in minor units, cents for most currencies."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    sku = models.CharField(
        max_length=32, unique=True, validators=[RegexValidator(r"\A[A-Z0-9-]{3,32}\Z")]
    )
    name = models.CharField(max_length=100)
    search = models.TextField(editable=False)
    description = models.TextField(blank=True)
    price_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3, validators=[RegexValidator(r"\A[A-Z]{3}\Z")])
    version = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProductQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-created_at", "id"], name="newest_first")]
        permissions: ClassVar = [("write", "Can add, change and remove products")]

    def __str__(self) -> str:
        return self.sku

    def save(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as Django has it
        """Store it, as a new version. Raises ``ConflictError`` when the SKU is taken.

        ``QuerySet.update`` and ``bulk_create`` pass this by: caches would keep what was before.
        """
        self.version = randbits(63)  # a count would be the same for two who change it at once
        self.updated_at = timezone.now()
        # Databases do not agree on case; this does.
        self.search = f"{self.name}\n{self.sku}".casefold()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "version", "updated_at", "search"}
        try:
            with transaction.atomic():
                super().save(*args, **kwargs)
        except IntegrityError as error:
            if not unique_violation(error):
                raise
            msg = f"There is another product with the SKU {self.sku!r}."
            raise ConflictError(msg) from error


def _not_found(product_id: UUID) -> NotFoundError:
    return NotFoundError(f"There is no product {product_id}.")
