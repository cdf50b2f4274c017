"""The operator's commands: subscribers in and out."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from carrel.db import Database
from carrel.settings import Settings, load
from newsletter.transfer.csv_reader import InvalidFileError
from newsletter.transfer.exporter import export_file
from newsletter.transfer.importer import ImportReport, import_file

EXIT_PROBLEMS = 1
EXIT_REFUSED = 2
SHOWN = 50
FILE = click.Path(path_type=Path, dir_okay=False)
Ready = Callable[[Settings], Database]  # a database whose schema is this release's


@click.group()
def subscribers() -> None:
    """Bring subscribers from elsewhere, or take them along, as CSV."""


@subscribers.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.pass_obj
def import_command(ready: Ready, file: Path, dry_run: bool) -> None:
    """Add the subscribers of FILE, who consented elsewhere.

    Its columns are email, source, consented_at, frequency and exams. All lines are added, or none: exit status
    1 means that some are wrong. Nobody who is here is changed, and nobody who left is brought back.
    """
    try:
        with _database(ready) as db:
            report = import_file(db, file, actor=_actor(), dry_run=dry_run)
    except InvalidFileError as wrong:
        click.echo(str(wrong), err=True)
        raise click.exceptions.Exit(EXIT_REFUSED) from None
    _show(report, dry_run)


@subscribers.command("export")
@click.argument("file", type=FILE)
@click.pass_obj
def export_command(ready: Ready, file: Path) -> None:
    """Write everybody who gets the digest to FILE, readable by its owner alone."""
    try:
        with _database(ready) as db:
            count = export_file(db, file, actor=_actor())
    except OSError as wrong:
        click.echo(f"{file} cannot be written: {wrong.strerror}.", err=True)
        raise click.exceptions.Exit(EXIT_REFUSED) from None
    click.echo(f"{count} subscribers are in {file}.")


@contextmanager
def _database(ready: Ready) -> Iterator[Database]:
    db = ready(load())
    try:
        yield db
    finally:
        db.close()


def _actor() -> str:
    return f"{getpass.getuser()} (command line)"


def _show(report: ImportReport, dry_run: bool) -> None:
    for note in report.passed_over[:SHOWN]:
        click.echo(f"line {note.line}: {note.sentence}")
    if (more := len(report.passed_over) - SHOWN) > 0:
        click.echo(f"… and {more} more lines that were passed over.")
    for problem in report.problems:
        click.echo(f"line {problem.line}: {problem.sentence}", err=True)
    if report.problems:
        click.echo(f"Nothing was imported: mend {len(report.problems)} lines first.", err=True)
        raise click.exceptions.Exit(EXIT_PROBLEMS)
    verb = "would be added" if dry_run else "were added"
    click.echo(f"{report.added} subscribers {verb}; {len(report.passed_over)} lines were passed over.")
