"""Revoke an API key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...models import ApiKey


class Command(BaseCommand):
    """Revokes the API key with a prefix: it is worth nothing from then on."""

    help = "Revokes the API key with a prefix."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix", help="The part of the key before the dot.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        prefix: str = options["prefix"]
        if not ApiKey.objects.revoke(prefix):
            msg = f"Not done: there is no key {prefix!r} that is good."
            raise CommandError(msg)
        self.stdout.write(f"The key {prefix!r} is revoked.")
