"""The operator's commands for backups: backup, restore, and mail resume."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from carrel.command_line import EXIT_REFUSED, CommandError
from carrel.db import Database
from carrel.mail import restore_hold
from carrel.services import open_database
from carrel.settings import Settings, load
from newsletter.issues import sent_log
from payments.payment_context import PaymentContext
from payments.reconciliation.reconcile import NIGHTLY_DAYS, reconcile
from payments.stripe.client import StripeUnavailableError, stripe_for
from website.backup import backup_store, create, restore, restore_test
from website.backup.errors import BackupError

EXIT_BAD = 1
STILL_HELD = (
    "Stripe could not be asked what was paid since the backup, so mail stays held. The worker goes on trying; "
    "run this again when `carrel doctor` says that Stripe was compared."
)
WHAT_NOW = """All mail is held: since the backup something may have been mailed that the database does not know of.
Start the site, look at it, then let the mail go on:
  carrel mail resume --skip    what may have been mailed already is not mailed again
  carrel mail resume --again   it is mailed, perhaps a second time"""


@click.command("backup")
@click.option("--list", "only_list", is_flag=True, help="Tell which backups there are.")
@click.option("--test", is_flag=True, help="Restore it in a scratch place, and look whether the site works.")
def backup_command(only_list: bool, test: bool) -> None:
    """Make a backup beside the running site: database, pictures, and a manifest that proves both.

    It goes to CARREL_HOME/backups; copy it to another machine. Exit status: 0 good, 1 the test failed.
    """
    settings = load()
    if only_list:
        _list(settings)
        return
    with _refusing():
        with _database(settings) as db:
            path = create.create_backup(settings, db)
        click.echo(path)
        if test:
            _test(settings, path)


def _list(settings: Settings) -> None:
    for backup in backup_store.all_backups(settings.home):
        click.echo(
            f"{backup.path}  {backup.at:%Y-%m-%d %H:%M UTC}  {backup.path.stat().st_size:>13,} bytes  {backup.kind}"
        )


def _test(settings: Settings, path: Path) -> None:
    from website.app import create_app  # here, as a backup alone should not wait for it

    result = restore_test.run(settings, path, create_app)
    click.echo(result.problem or "It was restored in a scratch place, and the site serves its pages from it.")
    if result.problem:
        raise click.exceptions.Exit(EXIT_BAD)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Put a backup back. Stop the website and the worker before.

    The file is checked wholly first; what is there now is saved beside the backups; all mail is held until
    `carrel mail resume`, as some of it may have been sent since the backup.
    """
    settings = load()
    with _refusing():
        restored = restore.restore(settings, file)
        click.echo(f"The site is what it was at {restored.manifest.made_at:%Y-%m-%d %H:%M:%S UTC}.")
        if restored.saved:
            click.echo(f"What was there before is kept: {restored.saved}")
        with _database(settings) as db:
            _compare(settings, db)
        click.echo(WHAT_NOW)


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    db = open_database(settings)
    try:
        yield db
    finally:
        db.close()


def _compare(settings: Settings, db: Database) -> bool:
    """Enter what Stripe knows and the backup does not. Whether it could be asked."""
    if not settings.sells:
        with db.write() as session:
            restore_hold.mark_reconciled(session)
        return True
    try:
        report = reconcile(PaymentContext(settings, db, stripe_for(settings)), NIGHTLY_DAYS)
    except StripeUnavailableError:
        click.echo(STILL_HELD)
        return False
    click.echo(f"Compared with Stripe: {len(report.differences)} differences, {len(report.unresolved)} left.")
    for difference in report.unresolved:
        click.echo(f"  {difference.object_id} {difference.description}.")
    return True


@click.group("mail")
def mail() -> None:
    """Mail that is held since a backup was restored."""


@mail.command("resume")
@click.option("--skip/--again", default=None, help="Whether what may have been mailed already is left out.")
def resume_command(skip: bool | None) -> None:
    """Let the mail go on after a restoration. Exit status 2 when it must wait."""
    settings = load()
    with _refusing(), _database(settings) as db:
        with db.read() as session:
            hold = restore_hold.current(session)
        if hold is None:
            click.echo("No mail is held.")
            return
        if skip is None:
            raise CommandError(WHAT_NOW)
        if hold.reconciled_at is None and not _compare(settings, db):
            raise click.exceptions.Exit(EXIT_REFUSED)
        with db.write() as session:
            skipped = restore_hold.release(session, _actor(), skip=skip)
            sent_log.settle_until(session, settings, _actor(), hold.since, skip=skip)
    click.echo(f"Mail goes on. {skipped} mails of before were left out.")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except BackupError as error:
        raise CommandError(str(error)) from None


def _actor() -> str:
    return f"{getpass.getuser()} (command line)"
