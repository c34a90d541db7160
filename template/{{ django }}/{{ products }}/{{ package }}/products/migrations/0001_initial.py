import django.core.validators
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "sku",
                    models.CharField(
                        max_length=32,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("\\A[A-Z0-9-]{3,32}\\Z")],
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("search", models.TextField(editable=False)),
                ("description", models.TextField(blank=True)),
                ("price_minor", models.PositiveBigIntegerField()),
                (
                    "currency",
                    models.CharField(
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("\\A[A-Z]{3}\\Z")],
                    ),
                ),
                ("version", models.PositiveBigIntegerField(default=0, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "permissions": [("write", "Can add, change and remove products")],
                "indexes": [models.Index(fields=["-created_at", "id"], name="newest_first")],
            },
        ),
    ]
