"""`carrel doctor` names missing pictures, old copies, and what is wrong with a bucket."""

from datetime import timedelta

import pytest

from carrel import clock
from carrel.db import Database
from carrel.findings import Finding, Level
from carrel.settings import Settings
from tests.carrel.s3_server import S3
from tests.support.articles import put_article
from website.backup import backup_store
from website.doctor import storage_checks
from website.doctor.check_context import CheckContext

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERE, GONE = f"{'a' * 24}-480.webp", f"{'b' * 24}-480.webp"


def site(settings: Settings, db: Database, *, asks: bool = True) -> CheckContext:
    return CheckContext(settings, db, clock.now(), ask_outside=asks)


@pytest.fixture(autouse=True)
def article(db: Database) -> None:
    with db.write() as session:
        image = {"url": f"/media/{HERE}", "srcset": f"/media/{HERE} 480w, /media/{GONE} 960w", "shown": False}
        put_article(session, slug="clean-claims", image=image, path="cpb/clean-claims.md")


def told(finding: Finding) -> tuple[Level, str]:
    assert (finding.fix == "") == (finding.level is Level.OK), finding
    return finding.level, finding.message


def test_a_missing_picture_is_named_with_its_article(settings: Settings, db: Database) -> None:
    (settings.home / "media").mkdir()
    (settings.home / "media" / HERE).write_bytes(b"x")
    finding = storage_checks.pictures(site(settings, db))
    assert told(finding) == (
        Level.ERROR,
        f"1 of 2 are not on this machine: {GONE} of cpb/clean-claims.md",
    )
    (settings.home / "media" / GONE).write_bytes(b"x")
    assert told(storage_checks.pictures(site(settings, db))) == (Level.OK, "all 2 are on this machine")


def test_what_counts_is_the_bucket_and_not_this_machine(in_bucket: Settings, db: Database, s3: S3) -> None:
    (in_bucket.home / "media").mkdir()
    for name in (HERE, GONE):
        (in_bucket.home / "media" / name).write_bytes(b"x")
    s3.put(f"site/{HERE}", b"x")
    finding = storage_checks.pictures(site(in_bucket, db))
    assert told(finding)[1].startswith(f"1 of 2 are not in the bucket of MEDIA_URL: {GONE} of cpb/")
    assert "carrel media upload" in finding.fix
    s3.put(f"site/{GONE}", b"x")
    assert told(storage_checks.pictures(site(in_bucket, db)))[0] is Level.OK


def test_a_wrong_bucket_is_said(in_bucket: Settings, db: Database) -> None:
    wrong = in_bucket.model_copy(update={"media_url": "s3://no-such-bucket", "backup_url": "s3://nor-this"})
    assert "MEDIA_URL is wrong" in storage_checks.pictures(site(wrong, db)).fix
    assert "BACKUP_URL is wrong" in storage_checks.backup_copies(site(wrong, db)).fix


def test_offline_nothing_is_asked(in_bucket: Settings, db: Database) -> None:
    wrong = in_bucket.model_copy(update={"media_url": "s3://no-such-bucket", "backup_url": "s3://nor-this"})
    for check in (storage_checks.pictures, storage_checks.backup_copies):
        assert told(check(site(wrong, db, asks=False)))[0] is Level.OK


def test_copies_that_are_missing_or_old(in_bucket: Settings, db: Database, s3: S3) -> None:
    ours = in_bucket.model_copy(update={"backup_url": f"s3://{s3.bucket}/backups"})
    assert told(storage_checks.backup_copies(site(in_bucket, db)))[0] is Level.OK
    assert told(storage_checks.backup_copies(site(ours, db)))[0] is Level.WARNING
    for age, level in ((timedelta(hours=49), Level.ERROR), (timedelta(hours=1), Level.OK)):
        path = backup_store.path_for(ours.home, clock.now() - age, "nightly")
        s3.put(f"backups/{path.name}.age", b"x")
        assert told(storage_checks.backup_copies(site(ours, db)))[0] is level
