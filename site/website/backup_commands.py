"""The operator's commands for backups: backup, restore, and mail resume."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from carrel.command_line import EXIT_REFUSED, CommandError, actor
from carrel.db import Database
from carrel.mail import restore_hold
from carrel.object_store import ObjectStoreError
from carrel.services import open_database
from carrel.settings import Settings, load
from newsletter.issues import sent_log
from payments.payment_context import PaymentContext
from payments.reconciliation.reconcile import NIGHTLY_DAYS, reconcile
from payments.stripe.client import StripeUnavailableError, stripe_for
from website.backup import backup_store, copies, create, encryption, restore, restore_test
from website.backup.errors import BackupError

EXIT_BAD = 1
BUCKET = "s3://"
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
KEY_MADE = """The public key, for BACKUP_PUBLIC_KEYS:
  {public}
The secret key is in {file}. Keep it where you keep passwords, and not on this server: without it, no copy can be read."""
STILL_HELD = (
    "Stripe could not be asked about payments since the backup, so email stays on hold. The worker keeps trying; "
    "run this again when `carrel doctor` says that Stripe was compared."
)
WHAT_NOW = """All email is on hold: since the backup, some may have been sent that the database does not know about.
Start the site, check it, then resume email:
  carrel mail resume --skip    emails that may have been sent already are not sent again
  carrel mail resume --again   they are sent, some perhaps for the second time"""


class BackupPlace(click.Path):
    """A file that is there, or a copy's address in a bucket."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A `Path`, or the address as it is."""
        return value if str(value).startswith(BUCKET) else super().convert(value, param, ctx)


@click.command("backup")
@click.option("--list", "only_list", is_flag=True, help="List the backups.")
@click.option(
    "--test", is_flag=True, help="Restore it to a temporary location and check that the site works."
)
@click.option(
    "--make-key", type=NEW_FILE, help="Make a key for encrypted copies; its secret part goes into this file."
)
@click.option(
    "--encrypt-again",
    "old_key",
    type=A_FILE,
    help="Encrypt all copies again with the current keys; the file has the old secret key.",
)
def backup_command(only_list: bool, test: bool, make_key: Path | None, old_key: Path | None) -> None:
    """Back up the running site: database, pictures, and a manifest with checksums.

    It goes to CARREL_HOME/backups, and with BACKUP_URL an encrypted copy into that bucket; otherwise copy it to another
    machine. Exit status: 0 good, 1 the test failed.
    """
    settings = load()
    with _refusing():
        if make_key:
            click.echo(KEY_MADE.format(public=encryption.make_key(make_key), file=make_key))
        elif only_list:
            _list(settings)
        elif old_key:
            _encrypt_again(settings, old_key)
        else:
            _back_up(settings, test=test)


def _back_up(settings: Settings, *, test: bool) -> None:
    with _database(settings) as db:
        path = create.create_backup(settings, db)
    click.echo(path)
    if settings.backup_url:
        click.echo(copies.copy(settings, path))
    if test:
        _test(settings, path)


def _list(settings: Settings) -> None:
    for backup in backup_store.all_backups(settings.home):
        _line(str(backup.path), backup, backup.path.stat().st_size)
    if settings.backup_url:
        for copy in copies.all_copies(settings):
            _line(copy.url, copy.backup, copy.size)


def _line(where: str, backup: backup_store.StoredBackup, size: int) -> None:
    click.echo(f"{where}  {backup.at:%Y-%m-%d %H:%M UTC}  {size:>13,} bytes  {backup.kind}")


def _encrypt_again(settings: Settings, old_key: Path) -> None:
    _require_bucket(settings)
    results = list(copies.encrypt_again(settings, old_key))
    for _, problem in results:
        if problem:
            click.echo(f"Not changed: {problem}")
    done = sum(not problem for _, problem in results)
    click.echo(f"{done} of {len(results)} copies are encrypted to the current keys.")


def _require_bucket(settings: Settings) -> None:
    if not settings.backup_url:
        raise CommandError("BACKUP_URL is not set, so there are no copies.")


def _test(settings: Settings, path: Path) -> None:
    from website.app import create_app  # here, as a backup alone should not wait for it

    result = restore_test.run(settings, path, create_app)
    click.echo(
        result.problem
        or "The backup was restored to a temporary location, and the site serves its pages from it."
    )
    if result.problem:
        raise click.exceptions.Exit(EXIT_BAD)


@click.command("restore")
@click.argument("file", type=BackupPlace(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "key_file", type=A_FILE, help="For an encrypted copy: the file with the secret key.")
def restore_command(file: Path | str, key_file: Path | None) -> None:
    """Restore a backup. Stop the website and the worker first.

    FILE is a backup on this machine, or a copy in the bucket of BACKUP_URL (s3://…, as `carrel backup --list` shows it).
    The whole file is checked first; the current data is saved next to the backups; all email is on hold until
    `carrel mail resume`, as some of it may have been sent since the backup.
    """
    settings = load()
    with _refusing():
        restored = restore.restore(settings, _on_this_machine(settings, file, key_file))
        click.echo(f"The site is as it was at {restored.manifest.made_at:%Y-%m-%d %H:%M:%S UTC}.")
        if restored.saved:
            click.echo(f"The previous data is kept in {restored.saved}")
        with _database(settings) as db:
            _compare(settings, db)
        click.echo(WHAT_NOW)


def _on_this_machine(settings: Settings, file: Path | str, key_file: Path | None) -> Path:
    """The backup itself: fetched from the bucket and decrypted if need be."""
    if isinstance(file, Path) and file.suffix != encryption.SUFFIX:
        return file
    if key_file is None:
        raise CommandError("This copy is encrypted: name the file with the secret key with --key.")
    if isinstance(file, Path):
        return copies.open_file(settings, file, key_file)
    _require_bucket(settings)
    return copies.fetch(settings, file, key_file)


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
    """Manage email that is on hold after a backup was restored."""


@mail.command("resume")
@click.option("--skip/--again", default=None, help="Whether to skip emails that may have been sent already.")
def resume_command(skip: bool | None) -> None:
    """Resume email after a restore. Exit status 2 if it must wait."""
    settings = load()
    with _refusing(), _database(settings) as db:
        with db.read() as session:
            hold = restore_hold.current(session)
        if hold is None:
            click.echo("No email is on hold.")
            return
        if skip is None:
            raise CommandError(WHAT_NOW)
        if hold.reconciled_at is None and not _compare(settings, db):
            raise click.exceptions.Exit(EXIT_REFUSED)
        with db.write() as session:
            skipped = restore_hold.release(session, actor(), skip=skip)
            sent_log.settle_until(session, settings, actor(), hold.since, skip=skip)
    click.echo(f"Email resumes. {skipped} earlier emails were skipped.")


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (BackupError, ObjectStoreError) as error:
        raise CommandError(str(error)) from None
