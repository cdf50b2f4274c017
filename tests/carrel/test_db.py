"""The database's two faces."""

from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from carrel.db import (
    FULL,
    PRAGMAS,
    Database,
    DatabaseUnusableError,
    insert_new,
    insert_or_update,
    set_pragmas,
)
from carrel.page_cache import CacheVersion, bump_cache_version, current_cache_version
from carrel.tokens import SiteSecret, site_secret


def test_what_a_write_session_did_is_there_afterwards(db: Database) -> None:
    with db.write() as session:
        bump_cache_version(session)
    with db.read() as session:
        assert current_cache_version(session) == 2


def test_a_failure_rolls_everything_back(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.write() as session:
        bump_cache_version(session)
        _ = 1 / 0
    with db.read() as session:
        assert current_cache_version(session) == 1


def test_a_read_session_cannot_write(db: Database) -> None:
    with pytest.raises(DBAPIError), db.read() as session:
        bump_cache_version(session)


def test_the_schema_holds_what_the_code_promises(db: Database) -> None:
    with pytest.raises(DBAPIError), db.write() as session:
        session.add(CacheVersion(id=2, value=1))


def test_a_row_whose_key_is_taken_is_not_added_again(db: Database) -> None:
    with db.write() as session:
        assert insert_new(session, SiteSecret, name="mine", value=b"first")
        assert not insert_new(session, SiteSecret, name="mine", value=b"second")
        assert site_secret(session, "mine") == b"first"


@pytest.mark.both_databases
def test_a_row_replaces_the_one_of_its_key_and_on_demand_only_a_lower_one(db: Database) -> None:
    with db.write() as session:
        for value in (b"1", b"3", b"2"):
            insert_or_update(session, SiteSecret, [{"name": "mine", "value": value}], if_later="value")
        assert site_secret(session, "mine") == b"3"
        insert_or_update(session, SiteSecret, [{"name": "mine", "value": b"2"}])
        insert_or_update(session, SiteSecret, [])
        assert site_secret(session, "mine") == b"2"


def test_pay_30_a_failing_statement_names_no_values(db: Database) -> None:
    with pytest.raises(DBAPIError) as failure, db.write() as session:
        session.execute(text("INSERT INTO site_secret (name) VALUES (:name)"), {"name": "anna@example.org"})
    assert "[parameters:" not in str(failure.value)


def test_data_01_every_pragma_is_asked_for_again(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/x.db")
    with db.write() as session:
        pragmas = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
    db.close()
    assert pragmas == PRAGMAS


def test_data_01_a_pragma_that_does_not_take_stops_the_start(tmp_path: Path) -> None:
    connection = pysqlite3.connect(":memory:")  # an in-memory database cannot have a WAL
    with pytest.raises(DatabaseUnusableError, match="journal_mode"):
        set_pragmas(connection)
    connection.close()


def test_data_02_a_sqlite_with_the_wal_bug_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pysqlite3, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(DatabaseUnusableError, match=r"3\.51\.3"):
        set_pragmas(pysqlite3.connect(str(tmp_path / "x.db")))


def test_data_01_a_commit_outlives_a_crash_whatever_the_server_was_set_to(db: Database) -> None:
    with db.write() as session:
        if db.is_sqlite:
            assert session.execute(text("PRAGMA synchronous")).scalar() == FULL
            return
        ask = text("SELECT reset_val, setting FROM pg_settings WHERE name = 'synchronous_commit'")
        assert session.execute(ask).one() == ("off", "on")
