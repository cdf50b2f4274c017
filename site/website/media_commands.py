"""The operator's commands for pictures: `carrel media upload`, `download` and `clean`."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from articles.publish.lock import PublishBusyError
from carrel import clock
from carrel.command_line import CommandError
from carrel.media import NAME, Media, media_of
from carrel.object_store import ObjectStoreError
from carrel.services import existing_database
from carrel.settings import Settings, load
from website.pictures import cleaning


@click.group("media")
def media() -> None:
    """Manage pictures: share them through an object store, and delete those that nothing uses."""


@media.command("upload")
def upload_command() -> None:
    """Copy the pictures of this machine into the bucket of MEDIA_URL, unless they are there.

    Nothing is deleted, and interrupting it does no harm: run it again.
    """
    with _bucket() as pictures:
        names = [path.name for path in pictures.folder.glob("*") if NAME.fullmatch(path.name)]
        pictures.share(names)
        next(iter(pictures.stored()), None)  # a wrong bucket is told even where there is nothing to share
    click.echo(f"All {len(names):,} pictures of this machine are in the bucket.")


@media.command("download")
def download_command() -> None:
    """Copy the pictures in the bucket of MEDIA_URL to this machine, unless they are here.

    Then the site can run without the bucket: remove MEDIA_URL.
    """
    with _bucket() as pictures:
        names = [picture.name for picture in pictures.stored()]
        for name in names:
            pictures.find(name)
    click.echo(f"All {len(names):,} pictures of the bucket are in {pictures.folder}.")


@media.command("clean")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted, without deleting.")
@click.option(
    "--unused-for", "days", type=click.IntRange(0), default=cleaning.DAYS, show_default=True,
    help="Days. With fewer, a restored backup can lack pictures.",
)  # fmt: skip
def clean_command(*, dry_run: bool, days: int) -> None:
    """Delete pictures that no article, page, ad, or email has used for half a year.

    The first run only notes which ones are unused. Run it once a week on the same machine.
    """
    settings = load()
    db = existing_database(settings)
    try:
        with _sentences():
            report = cleaning.clean(
                db, media_of(settings), settings.home, clock.now(), days=days, dry_run=dry_run, say=_say
            )
    finally:
        db.close()
    for name in report.deleted if dry_run else ():
        click.echo(name)
    verb = "would be deleted" if dry_run else "deleted"
    click.echo(
        f"{len(report.deleted):,} pictures {verb}; {report.waiting:,} more are unused and kept for now."
    )
    if report.next_on:
        click.echo(f"The next ones can be deleted on {report.next_on:%Y-%m-%d}.")


@contextmanager
def _bucket() -> Iterator[Media]:
    settings: Settings = load()
    if not settings.media_url:
        raise CommandError(
            "MEDIA_URL is not set: all pictures are in CARREL_HOME/media, on this machine only."
        )
    with _sentences():
        yield media_of(settings)


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (ObjectStoreError, PublishBusyError) as error:
        raise CommandError(str(error)) from None


def _say(line: str) -> None:
    click.echo(line, err=True)
