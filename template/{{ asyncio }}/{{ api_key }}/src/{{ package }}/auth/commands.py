"""Commands for keys."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from ..core.persistence import Database
from ..settings import Settings, settings_or_exit
from .key_store import KeyStore, UnknownKeyError

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Administer the service."""


@app.command()
def create_key(
    name: str,
    permissions: Annotated[
        str, typer.Option(help="What may be done with the key, separated by commas.")
    ] = "",
    days: Annotated[
        int | None, typer.Option(help="How long it is good for; always, if left out.")
    ] = None,
) -> None:
    """Make a key and print it, alone on the last line. It is shown this once."""
    granted = [permission.strip() for permission in permissions.split(",") if permission.strip()]
    key = _run(lambda keys: keys.create(name, granted, days=days))
    allowed = ", ".join(granted) or "nothing beyond reading"
    typer.echo(f"Key {key.prefix!r} of {name!r} may now: {allowed}.")
    typer.echo(key)


@app.command()
def revoke_key(prefix: str) -> None:
    """Refuse a key from now on; PREFIX is what it begins with, up to the dot."""
    name = _run(lambda keys: keys.revoke(prefix))
    typer.echo(f"Key {prefix!r} of {name!r} is revoked.")


def _run(work: Callable[[KeyStore], Awaitable[T]]) -> T:
    settings = settings_or_exit()
    try:
        return asyncio.run(_with_keys(settings, work))
    except UnknownKeyError as error:
        _fail(f"there is no key with the prefix {str(error)!r}")
    except (ValueError, DBAPIError) as error:
        _fail(str(getattr(error, "orig", error)))


async def _with_keys(settings: Settings, work: Callable[[KeyStore], Awaitable[T]]) -> T:
    database = Database(settings.database_url, timeout=settings.database_timeout)
    try:
        return await work(KeyStore(database))
    finally:
        await database.stop()


def _fail(reason: str) -> NoReturn:
    line = reason.partition("\n")[0]  # after it a driver may give advice
    typer.echo(f"Not done: {line}.", err=True)
    raise typer.Exit(1)
