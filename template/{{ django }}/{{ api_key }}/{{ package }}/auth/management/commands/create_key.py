"""Create an API key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ...models import ApiKey
from ...permissions import check_permissions

MAX_DAYS = 36_500
MAX_NAME = 100


class Command(BaseCommand):
    """Creates an API key and prints it, once and alone on the last line."""

    help = "Creates an API key and prints it, once and alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--permissions", default="", help="What its holder may do, separated by commas."
        )
        parser.add_argument("--days", default="", help="How many days it is good for.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        name: str = options["name"]
        names = [item.strip() for item in options["permissions"].split(",") if item.strip()]
        try:
            granted = check_permissions(names)
            _require_name(name)
            days = _days(options["days"])
        except ValueError as error:
            msg = f"Not done: {error}."
            raise CommandError(msg) from None
        key = ApiKey.objects.issue(name, granted, days=days)
        may = ", ".join(granted) or "nothing beyond reading"
        self.stdout.write(f"Whoever has this key may: {may}. It is not shown again.")
        self.stdout.write(key)


def _require_name(name: str) -> None:
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        msg = f"a name has 1 to {MAX_NAME} characters"
        raise ValueError(msg)


def _days(given: str) -> int | None:
    if not given:
        return None
    if given.isdecimal() and 1 <= int(given) <= MAX_DAYS:
        return int(given)
    msg = f"DAYS must be a whole number from 1 to {MAX_DAYS}"
    raise ValueError(msg)
