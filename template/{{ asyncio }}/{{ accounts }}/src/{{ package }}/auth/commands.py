"""Commands for accounts."""

import asyncio
import sys
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from ..core.persistence import Database
from ..settings import Settings, settings_or_exit
from .accounts import AccountExistsError
from .authentication import Authentication

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Administer the service."""


@app.command()
def create_user(
    name: str,
    permissions: Annotated[
        str, typer.Option(help="What the user may do, separated by commas.")
    ] = "",
    *,
    update: Annotated[
        bool, typer.Option("--update", help="Change the user if there is one of that name.")
    ] = False,
) -> None:
    """Create a user; the password is asked for, or read from standard input."""
    settings = settings_or_exit()
    granted = [permission.strip() for permission in permissions.split(",") if permission.strip()]
    try:
        asyncio.run(_create_user(settings, name, _read_password(), granted, update=update))
    except AccountExistsError:
        _fail(f"there is a user {name!r} already; use --update (UPDATE=1 with make) to change it")
    except (ValueError, DBAPIError) as error:
        _fail(str(getattr(error, "orig", error)))
    typer.echo(f"User {name!r} may now: {', '.join(granted) or 'nothing beyond reading'}.")


async def _create_user(
    settings: Settings, name: str, password: str, permissions: list[str], *, update: bool
) -> None:
    database = Database(settings.database_url, timeout=settings.database_timeout)
    try:
        accounts = Authentication.create(settings, database).accounts
        await accounts.create(name, password, permissions, update=update)
    finally:
        await database.stop()


def _read_password() -> str:
    if sys.stdin.isatty():
        password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    return sys.stdin.readline().rstrip("\r\n")


def _fail(reason: str) -> None:
    line = reason.partition("\n")[0]  # after it a driver may give advice
    typer.echo(f"Not done: {line}.", err=True)
    raise typer.Exit(1)
