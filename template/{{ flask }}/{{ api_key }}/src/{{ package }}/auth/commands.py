"""Commands for keys: ``flask create-key`` and ``flask revoke-key``."""

from collections.abc import Callable
from typing import NoReturn, TypeVar

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from ..extensions import authentication
from .key_store import KeyStore, UnknownKeyError

T = TypeVar("T")


@click.command("create-key")
@click.argument("name")
@click.option(
    "--permissions", default="", help="What may be done with the key, separated by commas."
)
@click.option("--days", type=int, help="How long it is good for; always, if left out.")
@with_appcontext
def create_key(name: str, permissions: str, days: int | None) -> None:
    """Make a key and print it, alone on the last line. It is shown this once."""
    granted = [permission.strip() for permission in permissions.split(",") if permission.strip()]
    key = _run(lambda keys: keys.create(name, granted, days=days))
    allowed = ", ".join(granted) or "nothing beyond reading"
    click.echo(f"Key {key.prefix!r} of {name!r} may now: {allowed}.")
    click.echo(key)


@click.command("revoke-key")
@click.argument("prefix")
@with_appcontext
def revoke_key(prefix: str) -> None:
    """Refuse a key from now on; PREFIX is what it begins with, up to the dot."""
    name = _run(lambda keys: keys.revoke(prefix))
    click.echo(f"Key {prefix!r} of {name!r} is revoked.")


def init_app(app: Flask) -> None:
    """Add the commands to ``flask``."""
    app.cli.add_command(create_key)
    app.cli.add_command(revoke_key)


def _run(work: Callable[[KeyStore], T]) -> T:
    try:
        return work(authentication.keys)
    except UnknownKeyError as error:
        _fail(f"there is no key with the prefix {str(error)!r}")
    except (ValueError, DBAPIError) as error:
        _fail(str(getattr(error, "orig", error)))


def _fail(reason: str) -> NoReturn:
    line = reason.partition("\n")[0]  # after it a driver may give advice
    click.echo(f"Not done: {line}.", err=True)
    raise click.exceptions.Exit(1)
