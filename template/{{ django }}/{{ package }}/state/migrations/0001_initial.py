import django.core.validators
from django.db import migrations, models

from ...core.fields import JsonTextField


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "key",
                    models.CharField(
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                        validators=[django.core.validators.RegexValidator("^[a-z0-9_.-]{1,64}$")],
                    ),
                ),
                ("value", JsonTextField(null=True)),
                ("version", models.PositiveBigIntegerField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ["key"],
                "permissions": [("write", "Can change the shared state")],
            },
        ),
    ]
