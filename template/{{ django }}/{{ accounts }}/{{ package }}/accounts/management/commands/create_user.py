"""Create a user."""

import getpass
import re
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from ....auth.django_permissions import grant
from ....auth.permissions import PERMISSIONS, check_permissions
from ...models import NAME_PATTERN, NAME_RULE, User


class Command(BaseCommand):
    """Creates a user; the password is asked for, or read from standard input."""

    help = "Creates a user; the password is asked for, or read from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--permissions", default="", help="What the user may do, separated by commas."
        )
        parser.add_argument(
            "--update", action="store_true", help="Change the user if there is one of that name."
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as Django has it
        name: str = options["name"]
        names = [item.strip() for item in options["permissions"].split(",") if item.strip()]
        try:
            granted = check_permissions(names)
            _require_name(name)
            password = _read_password()
            validate_password(password)
            self._save(name, password, granted, update=options["update"])
        except ValidationError as error:
            msg = f"Not done: the password will not do: {' '.join(error.messages)}"
            raise CommandError(msg) from None
        except (ValueError, IntegrityError) as error:
            msg = f"Not done: {error}."
            raise CommandError(msg) from None
        may = ", ".join(granted) or "nothing beyond reading"
        self.stdout.write(f"User {name!r} may now: {may}.")

    @transaction.atomic
    def _save(self, name: str, password: str, permissions: list[str], *, update: bool) -> None:
        user = User.objects.select_for_update().filter(username=name).first()
        if user is not None and not update:
            msg = (
                f"there is a user {name!r} already; use --update (UPDATE=1 with make) to change it"
            )
            raise ValueError(msg)
        user = user or User(username=name)
        user.set_password(password)
        user.save()
        # Others, such as those for the admin site, are not for this command to take away.
        user.user_permissions.remove(*grant(PERMISSIONS))
        user.user_permissions.add(*grant(permissions))


def _require_name(name: str) -> None:
    if not re.fullmatch(NAME_PATTERN, name):
        msg = f"{name!r} is no account name: {NAME_RULE}"
        raise ValueError(msg)


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass()
    if getpass.getpass("Again: ") != password:
        msg = "the two passwords are not the same"
        raise ValueError(msg)
    return password
