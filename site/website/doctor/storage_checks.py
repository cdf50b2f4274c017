"""Checks of what is stored: pictures, and copies of backups."""

from carrel.clock import TOLERANCE
from carrel.findings import Finding, error, ok, warning
from carrel.media import media_of
from carrel.object_store import ObjectStoreError
from website.backup import copies
from website.doctor.check_context import CheckContext
from website.doctor.machine_checks import TOO_OLD
from website.pictures.named import article_that_names, missing_pictures, named_pictures

SHOWN = 3


def pictures(site: CheckContext) -> Finding:
    """Is every picture there that the database names? All of it is looked through, so only when somebody asks."""
    where = "in the bucket of MEDIA_URL" if site.settings.media_url else "on this machine"
    if not site.ask_outside:
        return ok("pictures", f"they are {where}; `carrel doctor` compares them with the articles")
    try:
        stored = {picture.name for picture in media_of(site.settings).stored()}
    except ObjectStoreError as problem:
        return error(
            "pictures", "they cannot be compared", f"{problem} Until then, articles are shown without them."
        )
    with site.db.read() as session:
        named = named_pictures(session)
        missing = missing_pictures(named, stored)
        places = [f"{name} of {article_that_names(session, name) or named[name]}" for name in missing[:SHOWN]]
    if missing:
        return error(
            "pictures",
            f"{len(missing):,} of {len(named):,} are not {where}: {', '.join(places)}",
            "Run `carrel media upload` on a machine that has them, or restore them from a backup. docs/backup.md"
            if site.settings.media_url
            else "Restore them from a backup, or copy CARREL_HOME/media from the machine that published. docs/backup.md",
        )
    return ok("pictures", f"all {len(named):,} are {where}")


def backup_copies(site: CheckContext) -> Finding:
    """Is there a copy of a backup elsewhere, of the last two days?"""
    bucket = site.settings.backup_url
    if not bucket:
        return ok("backup copies", "BACKUP_URL is not set: copy the backups to another machine yourself")
    if not site.ask_outside:
        return ok("backup copies", f"they are in {bucket}; `carrel doctor` checks them")
    try:
        newest = copies.newest(copies.all_copies(site.settings), site.now + TOLERANCE)
    except ObjectStoreError as problem:
        return error("backup copies", "the bucket cannot be read", str(problem))
    if newest is None:
        return warning("backup copies", f"there is none yet in {bucket}", "Make one: carrel backup")
    if site.now - newest.backup.at > TOO_OLD:
        return error(
            "backup copies",
            f"the newest in {bucket} is from {newest.backup.at:%Y-%m-%d %H:%M UTC}",
            "Is the worker running? The alarms say why copying failed. Make one: carrel backup",
        )
    return ok("backup copies", f"the newest in {bucket} is from {newest.backup.at:%Y-%m-%d %H:%M UTC}")
