"""With pictures in a bucket, a backup holds none of them, and one that has some puts them there."""

import pytest

from carrel.db import Database
from carrel.settings import Settings
from tests.carrel.s3_server import S3
from website.backup import archive, create, restore

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.own_database,
]
PICTURE = f"{'a' * 24}-480.webp"


def test_a_backup_leaves_them_in_the_bucket(home: Settings, db: Database, s3: S3) -> None:
    manifest = archive.read(create.create_backup(s3.settings(home), db))
    assert [name for name in manifest.files if name.startswith("media/")] == []


def test_one_from_before_puts_its_pictures_there(home: Settings, db: Database, s3: S3) -> None:
    (home.home / "media" / PICTURE).write_bytes(b"RIFF" * 500)
    path = create.create_backup(home, db)
    (home.home / "media" / PICTURE).unlink()
    restore.restore(s3.settings(home), path)
    assert s3.read(f"site/{PICTURE}") == b"RIFF" * 500
    assert (home.home / "media" / PICTURE).exists()
