"""The operator's commands that import and export subscribers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from carrel.command_line import actor
from carrel.settings import load
from newsletter.issues.commands import Ready, database, refuse
from newsletter.transfer import report
from newsletter.transfer.exporter import export_file
from newsletter.transfer.fates import Fate
from newsletter.transfer.importer import CheckedFile, check, run
from newsletter.transfer.packing import Line
from newsletter.transfer.row_reader import Defaults
from newsletter.transfer.text_file import LARGEST_BYTES, InvalidFileError

EXIT_PROBLEMS = 1
SHOWN = 50
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def subscribers() -> None:
    """Import or export subscribers as CSV."""


@subscribers.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Show what would be done, without changing anything.")
@click.option("--skip-invalid", is_flag=True, help="Import the other lines when some are invalid.")
@click.option(
    "--consented-at",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date of consent for lines without one, such as 2026-03-31.",
)
@click.option("--source", default="", help="Source of lines without one.")
@click.option("--report", "report_file", type=FILE, help="Write the result of each line to this CSV.")
@click.pass_obj
def import_command(
    ready: Ready,
    file: Path,
    *,
    dry_run: bool,
    skip_invalid: bool,
    consented_at: datetime | None,
    source: str,
    report_file: Path | None,
) -> None:
    """Add the subscribers of FILE, who consented elsewhere.

    FILE is an unchanged export from Mailchimp, Ghost, Substack, Buttondown, MailPoet, or listmonk, one from Carrel, or
    any CSV with a column of email addresses. People who are already here are not changed, and nobody who unsubscribed
    or bounced, here or there, is subscribed. Exit status 1 means that some lines are invalid; then nothing is imported,
    unless --skip-invalid is given. If the command is interrupted, the worker finishes the import.
    """
    defaults = Defaults(source, consented_at and consented_at.replace(tzinfo=UTC))
    try:
        with database(ready, load()) as db:
            checked = check(db, file.name, _content(file), defaults)
            will_import = not dry_run and (skip_invalid or not checked.parsed.problems)
            if will_import:
                run(db, checked, actor())
    except InvalidFileError as error:
        refuse(str(error))
    if report_file:
        _write_report(report_file, checked)
    _show(checked, dry_run=dry_run, imported=will_import)


@subscribers.command("export")
@click.argument("file", type=FILE)
@click.pass_obj
def export_command(ready: Ready, file: Path) -> None:
    """Write everyone who gets the digest to FILE, readable only by its owner."""
    try:
        with database(ready, load()) as db:
            count = export_file(db, file, actor=actor())
    except OSError as error:
        refuse(f"{file} cannot be written: {error.strerror}.")
    click.echo(f"{count:,} {'subscriber is' if count == 1 else 'subscribers are'} in {file}.")


def _content(file: Path) -> bytes:
    """Raises `InvalidFileError`."""
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InvalidFileError(f"{file} cannot be read: {error.strerror}.") from None


def _write_report(path: Path, checked: CheckedFile) -> None:
    try:
        report.write(path, checked.lines)
    except OSError as error:
        refuse(f"{path} cannot be written: {error.strerror}.")


def _show(checked: CheckedFile, *, dry_run: bool, imported: bool) -> None:
    if checked.parsed.service:
        click.echo(f"This is an export from {checked.parsed.service}.")
    if unused := report.unused_in_words(checked.parsed.unused_columns):
        click.echo(unused)
    passed_over = [line for line in checked.lines if line.fate not in {Fate.ADDED, Fate.INVALID}]
    _show_lines(passed_over)
    problems = [line for line in checked.lines if line.fate is Fate.INVALID]
    for line in problems:
        click.echo(f"line {line.number}: {line.sentence}", err=True)
    if not dry_run and not imported:
        click.echo(
            f"Nothing was imported. Fix {_lines(len(problems))} first, or skip them with --skip-invalid.",
            err=True,
        )
    else:
        added = checked.counts.get(Fate.ADDED, 0)
        click.echo(f"{report.added_in_words(added, dry_run=dry_run)}; {_passed_over(len(passed_over))}.")
    if problems:
        raise click.exceptions.Exit(EXIT_PROBLEMS)


def _show_lines(lines: Sequence[Line]) -> None:
    for line in lines[:SHOWN]:
        click.echo(f"line {line.number}: {line.sentence}")
    if (more := len(lines) - SHOWN) > 0:
        click.echo(f"… and {_lines(more, 'more ')} that {'was' if more == 1 else 'were'} skipped.")


def _passed_over(count: int) -> str:
    return f"{_lines(count)} {'was' if count == 1 else 'were'} skipped"


def _lines(count: int, word: str = "") -> str:
    return f"{count:,} {word}{'line' if count == 1 else 'lines'}"
