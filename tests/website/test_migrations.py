"""The schema and its history."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from carrel.db import Base, Database, DatabaseUnusableError
from website.migrations import (
    HEAD,
    UnknownSchemaError,
    check_columns,
    check_schema,
    current_revision,
    migrate,
    upgrade,
)
from website.migrations.upgrade import script


def test_data_18_the_migrations_make_exactly_what_the_models_say(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_ours}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_release_names_the_newest_revision_as_its_own() -> None:
    assert script().get_heads() == [HEAD]


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind in {"table", "index"} and str(name).startswith("article_search"))


@pytest.mark.own_database
def test_a_schema_of_a_later_release_is_refused(db: Database) -> None:
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.execute(text("UPDATE schema_compatibility SET oldest = '9998'"))
    with pytest.raises(UnknownSchemaError, match="later release"):
        check_schema(db)
    with pytest.raises(UnknownSchemaError, match="later release"):
        migrate(db)


@pytest.mark.own_database
def test_a_later_schema_that_only_added_lets_this_release_start_and_is_left_alone(db: Database) -> None:
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    check_schema(db)
    assert migrate(db) is False
    assert current_revision(db) == "9999"


@pytest.mark.own_database
def test_a_later_schema_that_does_not_say_whom_it_lets_run_is_refused(db: Database) -> None:
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        session.execute(text("DROP TABLE schema_compatibility"))
    with pytest.raises(UnknownSchemaError, match="later release"):
        check_schema(db)


def test_a_migration_that_takes_away_shuts_out_the_releases_before_the_one_it_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history = list(script().walk_revisions())
    assert upgrade.oldest_of(history) == "0001"
    monkeypatch.setattr(history[0].module, "CONTRACTS", history[1].revision, raising=False)
    monkeypatch.setattr(history[2].module, "CONTRACTS", history[3].revision, raising=False)
    assert upgrade.oldest_of(history) == history[1].revision


@pytest.mark.own_database
def test_data_18_a_schema_that_lacks_a_column_is_refused_and_one_that_has_more_is_not(db: Database) -> None:
    with db.write() as session:
        session.execute(text("ALTER TABLE exam ADD COLUMN color VARCHAR(20)"))
    assert migrate(db) is False
    with db.write() as session:
        session.execute(text("ALTER TABLE exam DROP COLUMN summary"))
    with pytest.raises(UnknownSchemaError, match=r"lacks exam\.summary, although .* only a trial, "):
        check_columns(db)
    with pytest.raises(UnknownSchemaError, match="unfinished release"):
        migrate(db)


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_database_that_does_not_hold_every_letter_is_refused(db: Database) -> None:
    few = Database(db.url.set(database="few_letters").render_as_string(hide_password=False))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("CREATE DATABASE few_letters ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        )
        with pytest.raises(DatabaseUnusableError, match=r"encoding is SQL_ASCII.*--encoding=UTF8"):
            migrate(few)
        few.close()
        connection.execute(text("DROP DATABASE few_letters"))


def test_a_database_without_a_schema_is_refused(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(UnknownSchemaError, match="carrel migrate"):
        check_schema(db)
    db.close()


@pytest.mark.sweep
def test_data_16_of_four_processes_starting_at_once_one_migrates(tmp_path: Path) -> None:
    environ = {"CARREL_HOME": str(tmp_path), "PYTHONPATH": "site:.", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "website", "migrate"]
    started = [subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=120)[0] for process in started]
    assert sorted(said) == ["The schema is already up to date.\n"] * 3 + ["The schema is now up to date.\n"]
