"""A site goes from one kind of database to the other with everything it has, or not at all."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, make_url, select, text, update

from carrel import audit, clock
from carrel.accounts.models import Reader
from carrel.db import Database
from carrel.services import make_services
from carrel.settings import Settings
from newsletter.issues.models import Issue
from tests.hooks import POSTGRES
from tests.support.accounts import BOB, make_reader
from tests.support.databases import create_postgres
from tests.support.office import fill_admin_tables
from tests.support.state import dump
from website import move_command
from website.backup import home_lock
from website.backup.errors import SiteRunningError
from website.database_copy.copy import OnTable
from website.move_database import Moved, MoveRefusedError, move_database

pytestmark = [pytest.mark.own_database, pytest.mark.postgres]


@pytest.fixture
def site(settings: Settings, db: Database) -> Settings:
    """Something in every table of the desk, readers that became one, and an article's search entry."""
    fill_admin_tables(make_services(settings, db))
    with db.write() as session:
        older, newer = session.scalars(
            select(Reader.id).where(Reader.email.is_(None)).order_by(Reader.id).limit(2)
        )
        session.execute(update(Reader).where(Reader.id == older).values(merged_into_id=newer, email=None))
    return settings


@pytest.fixture
def other(settings: Settings, tmp_path: Path, sqlite_template: Path) -> str:
    """The URL of an empty database of the other kind."""
    if settings.database_url.startswith("sqlite"):
        return create_postgres(os.environ[POSTGRES])
    shutil.copy(sqlite_template, tmp_path / "moved.db")
    return f"sqlite:///{tmp_path / 'moved.db'}"


@pytest.fixture
def moved(other: str) -> Iterator[Database]:
    """The other database, once something is in it."""
    database = Database(other)
    yield database
    database.close()


def put_an_issue(db: Database) -> int:
    """An issue; its id, which no other ever has."""
    now = clock.now()
    with db.write() as session:
        issue = Issue(frequency="weekly", period=now.isoformat(), due_at=now, created_at=now)
        session.add(issue)
        session.flush()
        return issue.id


def move(site: Settings, db: Database, url: str, on_table: OnTable = lambda *_: None) -> Moved:
    """Move it, once nothing of the test's has it open."""
    db.close()
    return move_database(site, url, on_table)


def test_everything_is_there_and_the_old_one_is_as_it_was(
    site: Settings, db: Database, other: str, moved: Database
) -> None:
    before = dump(db)
    report = move(site, db, other)
    assert dump(moved) == before == dump(db)
    assert report.rows > 100


def test_what_is_added_then_gets_an_id_that_nobody_had(
    site: Settings, db: Database, other: str, moved: Database
) -> None:
    gone = put_an_issue(db)
    with db.write() as session:
        session.execute(text("DELETE FROM issue WHERE id = :id"), {"id": gone})
    move(site, db, other)
    assert put_an_issue(moved) > gone  # one that was given out is never given again


def test_what_may_not_be_changed_may_not_be_changed_there(
    site: Settings, db: Database, other: str, moved: Database
) -> None:
    move(site, db, other)
    with pytest.raises(Exception, match="audit"), moved.write() as session:
        session.execute(text("DELETE FROM audit_entry"))


def test_a_reference_to_nobody_is_refused_there_at_once(
    site: Settings, db: Database, other: str, moved: Database
) -> None:
    move(site, db, other)
    with pytest.raises(Exception, match=r"FOREIGN KEY|foreign key"), moved.write() as session:
        session.execute(text("UPDATE reader SET email = NULL, merged_into_id = 987654 WHERE id = 2"))


def test_letters_of_every_kind_arrive(site: Settings, db: Database, other: str, moved: Database) -> None:
    words = "tab\t, \\backslash\\n, \r\n, “quotes”, ́, 𝄞, \\N, ؏"
    with db.write() as session:
        audit.record(session, actor=words, action="a.b", subject="s", after={"words": words, "none": None})
    before = dump(db)
    move(site, db, other)
    assert dump(moved) == before


def test_run_again_it_says_that_all_is_there(site: Settings, db: Database, other: str) -> None:
    move(site, db, other)
    assert move(site, db, other).was_there


def test_a_database_of_another_site_is_refused_and_kept(
    site: Settings, db: Database, other: str, moved: Database
) -> None:
    move(site, db, other)
    make_reader(moved, BOB)
    before = dump(moved)
    with pytest.raises(MoveRefusedError, match="reader differs"):
        move(site, db, other)
    assert dump(moved) == before


def test_a_database_of_another_program_is_refused_and_left_alone(
    site: Settings, db: Database, moved: Database
) -> None:
    with moved.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        before = inspect(connection).get_table_names()
    with pytest.raises(MoveRefusedError, match="not empty: it has the tables a"):
        move(site, db, moved.url.render_as_string(hide_password=False))
    with moved.engine.connect() as connection:
        assert inspect(connection).get_table_names() == before


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_letter_is_refused(
    site: Settings, db: Database, encoding: str
) -> None:
    if not db.is_sqlite:
        pytest.skip("SQLite holds every letter")
    with psycopg.connect(os.environ[POSTGRES], autocommit=True) as connection:
        options = f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"
        connection.execute(f"CREATE DATABASE move_{encoding.lower()} {options}".encode())
    try:
        url = make_url(os.environ[POSTGRES]).set(database=f"move_{encoding.lower()}")
        with pytest.raises(MoveRefusedError, match=f"encoding is {encoding}"):
            move(site, db, url.render_as_string(hide_password=False))
    finally:
        with psycopg.connect(os.environ[POSTGRES], autocommit=True) as connection:
            connection.execute(f"DROP DATABASE move_{encoding.lower()} WITH (FORCE)".encode())


def test_the_one_that_it_has_is_refused(site: Settings) -> None:
    with pytest.raises(MoveRefusedError, match="current database"):
        move_database(site, site.database_url)


def test_a_site_that_may_write_is_refused(site: Settings, other: str) -> None:
    with home_lock.site_lock(site.home), pytest.raises(SiteRunningError):
        move_database(site, other)


def test_another_machine_that_may_write_is_noticed_and_one_that_reads_is_not(
    site: Settings, db: Database, other: str
) -> None:
    if db.is_sqlite:
        pytest.skip("a file has no other machines")
    db.close()
    reads = Database(site.database_url, read_only=True)
    with db.read() as writer, reads.read() as reader:
        writer.execute(text("SELECT 1"))
        reader.execute(text("SELECT 1"))
        with pytest.raises(MoveRefusedError, match="1 other connection that can write"):
            move_database(site, other)
    db.close()
    with reads.read() as reader:
        reader.execute(text("SELECT 1"))
        assert move_database(site, other).rows
    reads.close()


def test_what_the_other_cannot_hold_is_named_and_nothing_stays(
    settings: Settings, db: Database, other: str, moved: Database
) -> None:
    if not db.is_sqlite:
        pytest.skip("SQLite takes what PostgreSQL holds")
    with db.write() as session:
        session.execute(
            text("INSERT INTO topic (id, slug, name, in_files) VALUES (1, 'a', 'a' || char(0), 1)")
        )
    with pytest.raises(MoveRefusedError, match="table topic cannot be copied"):
        move(settings, db, other)
    with moved.read() as session:
        assert session.scalar(text("SELECT count(*) FROM topic")) == 0
    with db.write() as session:
        session.execute(text("UPDATE topic SET name = 'b'"))
    assert move(settings, db, other).rows


def test_killed_in_the_middle_it_begins_anew(
    site: Settings, db: Database, other: str, moved: Database
) -> None:
    class Killed(BaseException):
        """As if the process had ended there."""

    def die(table: str, _rows: int) -> None:
        if table == "payment":
            raise Killed

    with pytest.raises(Killed):
        move(site, db, other, die)
    assert move(site, db, other).rows
    assert dump(moved) == dump(db)


def test_the_command_says_what_to_do_next(
    site: Settings, db: Database, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_command, "load", lambda: site)
    db.close()
    done = CliRunner().invoke(move_command.move_database_command, env={"NEW_DATABASE_URL": other})
    assert done.exit_code == 0
    assert "Each table was read back and is identical" in done.output
    assert "Now set DATABASE_URL" in done.output


def test_an_address_that_is_none_is_refused_in_one_sentence(
    site: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_command, "load", lambda: site)
    done = CliRunner().invoke(move_command.move_database_command, ["somewhere"])
    assert done.exit_code == 2
    assert "must begin with" in done.output
