"""Copies of backups in a bucket: encrypted, listed, restored from, rotated, and encrypted anew."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from carrel import clock
from carrel.db import Database
from carrel.mail.models import Alarm
from carrel.services import Services, make_services
from carrel.settings import Settings
from tests.carrel.s3_server import S3
from tests.support.accounts import BOB, make_reader
from website import backup_commands
from website.app import create_app
from website.backup import backup_store, copies, create, encryption, home_lock, nightly
from website.backup.errors import BackupBusyError, CopyFailedError

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


@pytest.fixture
def site(home: Settings, s3: S3, key: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A site that copies its backups, and sells nothing, so that no Stripe is asked."""
    public = encryption.make_key(key)
    update = {"backup_url": f"s3://{s3.bucket}/backups", "backup_public_keys": (public,), "media_url": ""}
    ours = s3.settings(home).model_copy(update={**update, "stripe_webhook_secret": ()})
    monkeypatch.setattr(backup_commands, "load", lambda: ours)
    return ours


def backup(*words: str | Path) -> Result:
    return CliRunner().invoke(backup_commands.backup_command, [str(word) for word in words])


def restore(*words: str | Path) -> Result:
    return CliRunner().invoke(backup_commands.restore_command, [str(word) for word in words])


def test_a_backup_says_where_its_copy_is_and_both_are_on_the_list(site: Settings, s3: S3) -> None:
    done = backup()
    path, url = done.output.split()
    assert (done.exit_code, url) == (0, f"{site.backup_url}/{Path(path).name}.age")
    assert s3.names() == {f"backups/{Path(path).name}.age"}
    assert s3.read(f"backups/{Path(path).name}.age").startswith(b"age-encryption.org/v1\n")
    assert [line.split()[0] for line in backup("--list").output.splitlines()] == [path, url]
    assert not list((site.home / "backups").glob(".copying-*"))


@pytest.mark.own_database
def test_a_copy_restores_a_home_that_has_nothing_else(
    site: Settings, db: Database, seen: Callable[[], str], key: Path
) -> None:
    before = seen()
    path, url = backup().output.split()
    Path(path).unlink()
    make_reader(db, BOB)
    done = restore(url, "--key", key)
    assert done.exit_code == 0, done.output
    assert seen() == before
    assert "All email is on hold" in done.output


def test_a_downloaded_copy_restores_too(site: Settings, s3: S3, key: Path, tmp_path: Path) -> None:
    path, url = backup().output.split()
    file = tmp_path / Path(url).name
    file.write_bytes(s3.read(f"backups/{file.name}"))
    Path(path).unlink()
    assert restore(file, "--key", key).exit_code == 0


def test_without_the_key_or_with_another_nothing_is_changed(
    site: Settings, tmp_path: Path, seen: Callable[[], str]
) -> None:
    before = seen()
    _, url = backup().output.split()
    assert "name the file with the secret key with --key" in restore(url).output
    encryption.make_key(tmp_path / "another.key")
    done = restore(url, "--key", tmp_path / "another.key")
    assert (done.exit_code, seen()) == (2, before)
    assert "cannot be decrypted" in done.output


@pytest.mark.parametrize(
    "url", ["s3://elsewhere/x.tar.gz.age", "{}/../secret", "{}/carrel-20200101T000000Z-nightly.tar.gz.age"]
)
def test_what_is_no_copy_is_one_sentence(site: Settings, key: Path, url: str) -> None:
    done = restore(url.format(site.backup_url), "--key", key)
    assert done.exit_code == 2
    assert "carrel backup --list" in done.output


def test_a_wrong_bucket_keeps_the_backup_on_this_machine(
    site: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = site.model_copy(update={"backup_url": "s3://no-such-bucket/backups"})
    monkeypatch.setattr(backup_commands, "load", lambda: wrong)
    done = backup()
    (kept,) = backup_store.all_backups(site.home)
    assert done.exit_code == 2
    assert f"The backup is in {kept.path}, but was not copied: BACKUP_URL is wrong" in done.output


def test_without_a_public_key_nothing_leaves_the_machine(site: Settings, s3: S3, db: Database) -> None:
    path = create.create_backup(site, db)
    with pytest.raises(CopyFailedError, match="BACKUP_PUBLIC_KEYS is missing"):
        copies.copy(site.model_copy(update={"backup_public_keys": ()}), path)
    assert s3.names() == set()


def test_the_key_is_changed_for_every_copy_and_the_old_one_is_of_no_use_then(
    site: Settings, s3: S3, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = backup().output.split()
    old = s3.read(f"backups/{Path(url).name}")
    new_key = tmp_path / "new.key"
    made = backup("--make-key", new_key)
    public = made.output.split("\n")[1].strip()
    changed = site.model_copy(update={"backup_public_keys": (public,)})
    monkeypatch.setattr(backup_commands, "load", lambda: changed)
    assert backup("--encrypt-again", key).output == "1 of 1 copies are encrypted to the current keys.\n"
    assert s3.read(f"backups/{Path(url).name}") != old
    assert "cannot be decrypted" in restore(url, "--key", key).output
    assert restore(url, "--key", new_key).exit_code == 0
    again = backup("--encrypt-again", key)  # as after an interruption: what is done already is left alone
    assert again.output.startswith("Not changed: ")
    assert again.output.endswith("0 of 1 copies are encrypted to the current keys.\n")


def test_copies_are_rotated_as_backups_are(site: Settings, s3: S3) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    ages = [0, 1, 6, 40, 41, 200]
    names = [backup_store.path_for(site.home, now - timedelta(days=age), "nightly").name for age in ages]
    for name in names:
        s3.put(f"backups/{name}.age", b"x")
    s3.put("backups/of-somebody-else.txt", b"x")
    expected = backup_store.expired([each.backup for each in copies.all_copies(site)], now)
    assert copies.rotate(site, now) == [f"{each.path.name}.age" for each in expected]
    assert f"backups/{names[-1]}.age" not in s3.names()
    assert {f"backups/{names[0]}.age", "backups/of-somebody-else.txt"} <= s3.names()


def alarms(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Alarm.key)))


def test_a_night_copies_its_backup(site: Settings, db: Database, s3: S3) -> None:
    nightly.run(make_services(site, db), create_app)
    (made,) = backup_store.all_backups(site.home)
    assert s3.names() == {f"backups/{made.path.name}.age"}
    assert alarms(db) == []


def test_a_night_that_could_not_copy_is_an_alarm_and_the_backup_stays(
    site: Settings, db: Database, s3: S3
) -> None:
    s3.lock_out()
    nightly.run(make_services(site, db), create_app)
    assert len(backup_store.all_backups(site.home)) == 1
    assert alarms(db) == ["backup-copy-failed"]


def test_a_backup_is_made_while_another_is_copied_for_hours(site: Settings, db: Database) -> None:
    path = create.create_backup(site, db)
    with home_lock.copy_lock(backup_store.folder(site.home)):
        assert create.create_backup(site, db, "before-migration").exists()
        with pytest.raises(BackupBusyError):
            copies.copy(site, path)


def test_what_a_killed_copy_left_goes_with_the_next(site: Settings, db: Database) -> None:
    left = backup_store.folder(site.home) / ".copying-abc"
    left.mkdir()
    (left / "secret").write_text("half")
    copies.copy(site, create.create_backup(site, db))
    assert not left.exists()


def test_without_a_bucket_a_backup_is_what_it_was(home: Settings, services: Services) -> None:
    assert home.backup_url == ""
    nightly.run(services, create_app)
    assert {path.name for path in (home.home / "backups").iterdir()} == {
        backup_store.all_backups(home.home)[0].path.name,
        ".lock",
        "last-test.json",
    }


def test_a_clock_that_was_ahead_made_no_newest_copy(site: Settings, s3: S3) -> None:
    for days in (-3, 1):
        at = clock.now() + timedelta(days=days)
        s3.put(f"backups/{backup_store.path_for(site.home, at, 'nightly').name}.age", b"x")
    newest = copies.newest(copies.all_copies(site), clock.now())
    assert newest is not None
    assert clock.now() - newest.backup.at > timedelta(days=2)
