"""Commands for accounts: ``flask create-user``."""

import sys
from typing import NoReturn

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from ..extensions import authentication
from .accounts import AccountExistsError


@click.command("create-user")
@click.argument("name")
@click.option("--permissions", default="", help="What the user may do, separated by commas.")
@click.option("--update", is_flag=True, help="Change the user if there is one of that name.")
@with_appcontext
def create_user(name: str, permissions: str, *, update: bool) -> None:
    """Create a user; the password is asked for, or read from standard input."""
    granted = [permission.strip() for permission in permissions.split(",") if permission.strip()]
    try:
        authentication.accounts.create(name, _read_password(), granted, update=update)
    except AccountExistsError:
        _fail(f"there is a user {name!r} already; use --update (UPDATE=1 with make) to change it")
    except (ValueError, DBAPIError) as error:
        _fail(str(getattr(error, "orig", error)))
    click.echo(f"User {name!r} may now: {', '.join(granted) or 'nothing beyond reading'}.")


def init_app(app: Flask) -> None:
    """Add the commands to ``flask``."""
    app.cli.add_command(create_user)


def _read_password() -> str:
    if sys.stdin.isatty():
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return password
    return sys.stdin.readline().rstrip("\r\n")


def _fail(reason: str) -> NoReturn:
    line = reason.partition("\n")[0]  # after it a driver may give advice
    click.echo(f"Not done: {line}.", err=True)
    raise click.exceptions.Exit(1)
