"""The operator's commands about what came back."""

import os
import sys
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from carrel.command_line import actor
from carrel.db import DatabaseUnusableError
from carrel.services import signer_of
from carrel.settings import SettingsError, load
from newsletter.bounces import rates, returned_mail, suppression_list
from newsletter.bounces.record import record
from newsletter.issues.commands import Ready, database, refuse

LARGEST_MAIL_BYTES = 8 * 1024 * 1024
ASK_AGAIN = os.EX_TEMPFAIL  # a mail server keeps the mail and pipes it again


@click.group()
def bounces() -> None:
    """Process bounces and complaints: read a returned email, or import a provider's list."""


@bounces.command("read")
@click.pass_obj
def read_command(ready: Ready) -> None:
    """Read one returned email from standard input, as a mail server pipes it.

    Exit status: 0 it was read, or is not one of our bounces; 75 try again later.
    """
    raw = sys.stdin.buffer.read(LARGEST_MAIL_BYTES)
    try:
        settings = load()
        signer = signer_of(settings)
        report = returned_mail.read(signer, raw)
        if report:
            with database(ready, settings) as db, db.write() as session:
                is_new = record(session, signer, [report], rates.Limits.of(settings))
    except (SettingsError, DatabaseUnusableError, SQLAlchemyError, click.ClickException) as failure:
        click.echo(f"It could not be recorded: {failure}", err=True)
        raise click.exceptions.Exit(ASK_AGAIN) from failure
    if not report:
        click.echo("This is not a bounce of one of this site's digests. Nothing was changed.")
    else:
        click.echo(f"{report.kind}: {'recorded' if is_new else 'known already'}.")


@bounces.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--source", default="a sending service", show_default=True, help="Where the list comes from, for the log."
)
@click.option("--dry-run", is_flag=True, help="Show what would be done, without changing anything.")
@click.pass_obj
def import_command(ready: Ready, file: Path, source: str, dry_run: bool) -> None:
    """Never send a digest to the addresses on a sending service's suppression list (CSV or JSON)."""
    try:
        rows = suppression_list.read(file)
    except suppression_list.InvalidListError as error:
        refuse(str(error))
    with database(ready, load()) as db:
        report = suppression_list.take_in(db, rows, actor(), source[:80], dry_run=dry_run)
    click.echo(report.in_words(dry_run=dry_run))
