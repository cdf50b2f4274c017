"""A backup of one kind of database restores into the other."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from carrel import audit
from carrel.db import Database
from carrel.mail import restore_hold
from carrel.services import make_services
from carrel.settings import Settings
from tests.hooks import POSTGRES
from tests.support.databases import create_postgres
from tests.support.office import fill_admin_tables
from tests.support.state import dump
from website.backup import create, restore
from website.backup.errors import InvalidBackupError
from website.migrations import HEAD, current_revision

pytestmark = [pytest.mark.own_database, pytest.mark.postgres]
WORDS = "tab\t, \\backslash\\n, \r\n, “quotes”, 𝄞, \\N"


@pytest.fixture
def backup(settings: Settings, db: Database) -> Path:
    """A backup of a site with something in every table of the desk."""
    fill_admin_tables(make_services(settings, db))
    with db.write() as session:
        audit.record(session, actor=WORDS, action="a.b", subject="s", after={"words": WORDS, "none": None})
    return create.create_backup(settings, db)


@pytest.fixture
def other_site(settings: Settings, db: Database, tmp_path: Path, sqlite_template: Path) -> Settings:
    """A site on the other kind of database, with nothing in it."""
    home = tmp_path / "other"
    home.mkdir()
    shutil.copy(sqlite_template, home / "carrel.db")
    url = create_postgres(os.environ[POSTGRES]) if db.is_sqlite else f"sqlite:///{home / 'carrel.db'}"
    return settings.model_copy(update={"home": home, "database_url": url})


@pytest.fixture
def other(other_site: Settings) -> Iterator[Database]:
    """Its database."""
    database = Database(other_site.database_url)
    yield database
    database.close()


def rows(db: Database) -> list[str]:
    """What stands there, but for what every restoration adds."""
    return [line for line in dump(db).splitlines() if not line.startswith(("mail_hold:", "epoch:"))]


def test_all_of_it_is_there_with_mail_held(
    backup: Path, db: Database, other_site: Settings, other: Database
) -> None:
    restore.restore(other_site, backup)
    assert rows(other) == rows(db)
    assert current_revision(other) == HEAD
    with other.read() as session:
        assert restore_hold.is_held(session)


def test_one_that_is_cut_short_is_refused_and_nothing_changed(
    backup: Path, other_site: Settings, other: Database
) -> None:
    before = dump(other)
    spoiled = backup.with_name("spoiled.tar.gz")
    spoiled.write_bytes(backup.read_bytes()[:-4000])
    with pytest.raises(InvalidBackupError):
        restore.restore(other_site, spoiled)
    assert dump(other) == before


def test_a_restored_site_can_be_backed_up_and_comes_back_the_same(
    backup: Path, db: Database, settings: Settings, other_site: Settings, other: Database
) -> None:
    restore.restore(other_site, backup)
    there = create.create_backup(other_site, other)
    before = rows(db)
    db.close()
    restore.restore(settings, there)
    assert rows(db) == before
