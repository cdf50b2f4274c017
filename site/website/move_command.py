"""`carrel move-database`."""

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from carrel.command_line import CommandError
from carrel.settings import load
from website.backup.errors import BackupError

NOW = """Now set DATABASE_URL to the new database, remove READ_ONLY, and restart the website and the worker.
The old database is unchanged: keep it until you are sure. Whatever is written to it from now on is not in the new one."""


@click.command("move-database")
@click.argument("url", envvar="NEW_DATABASE_URL")
def move_database_command(url: str) -> None:
    """Copy the site's database to URL, from SQLite to PostgreSQL or back.

    URL is postgresql://user:password@host/name or sqlite:////folder/carrel.db. Set NEW_DATABASE_URL instead to keep
    the password out of the list of processes. With READ_ONLY=true, the website and the worker can keep running. Every
    table is read back and compared; the old database is not changed.
    """
    from website.move_database import move_database  # here, as it loads everything that has tables

    settings = load()
    try:
        make_url(url)
    except ArgumentError:
        raise CommandError("The new database's URL must begin with sqlite:/// or postgresql://.") from None
    try:
        moved = move_database(settings, url, _tell)
    except BackupError as error:
        raise CommandError(str(error)) from None
    if moved.was_there:
        click.echo("Everything is already there and identical: an earlier run moved it.")
    else:
        click.echo(
            f"Moved {moved.rows:,} rows in {moved.tables} tables. Each table was read back and is identical."
        )
    click.echo(NOW)


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"  {table}: {rows:,}")
