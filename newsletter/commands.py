"""The operator's commands that import and export subscribers."""

from pathlib import Path

import click

from carrel.settings import load
from newsletter.issues.commands import Ready, actor, database, refuse
from newsletter.transfer.csv_reader import InvalidFileError
from newsletter.transfer.exporter import export_file
from newsletter.transfer.importer import ImportReport, import_file

EXIT_PROBLEMS = 1
SHOWN = 50
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def subscribers() -> None:
    """Bring subscribers from elsewhere, or take them along, as CSV."""


@subscribers.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.pass_obj
def import_command(ready: Ready, file: Path, dry_run: bool) -> None:
    """Add the subscribers of FILE, who consented elsewhere.

    Its columns are email, source, consented_at, pace and exams. All lines are added, or none: exit status
    1 means that some are wrong. Nobody who is here is changed, and nobody who left is brought back.
    """
    try:
        with database(ready, load()) as db:
            report = import_file(db, file, actor=actor(), dry_run=dry_run)
    except InvalidFileError as error:
        refuse(str(error))
    _show(report, dry_run)


@subscribers.command("export")
@click.argument("file", type=FILE)
@click.pass_obj
def export_command(ready: Ready, file: Path) -> None:
    """Write everybody who gets the digest to FILE, readable by its owner alone."""
    try:
        with database(ready, load()) as db:
            count = export_file(db, file, actor=actor())
    except OSError as error:
        refuse(f"{file} cannot be written: {error.strerror}.")
    click.echo(f"{count} subscribers are in {file}.")


def _show(report: ImportReport, dry_run: bool) -> None:
    for message in report.passed_over[:SHOWN]:
        click.echo(f"line {message.line}: {message.sentence}")
    if (more := len(report.passed_over) - SHOWN) > 0:
        click.echo(f"… and {more} more lines that were passed over.")
    for problem in report.problems:
        click.echo(f"line {problem.line}: {problem.sentence}", err=True)
    if report.problems:
        click.echo(f"Nothing was imported: mend {len(report.problems)} lines first.", err=True)
        raise click.exceptions.Exit(EXIT_PROBLEMS)
    verb = "would be added" if dry_run else "were added"
    click.echo(f"{report.added} subscribers {verb}; {len(report.passed_over)} lines were passed over.")
