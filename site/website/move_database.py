"""Moving a site from one kind of database to the other: everything, compared, and the old one stays as it was."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from articles.search import upkeep
from carrel.db import READ_ONLY_NAME, Database, DatabaseUnusableError
from carrel.services import database_url
from carrel.settings import Settings
from website.backup import home_lock
from website.database_copy.copy import CopyError, OnTable, copy_all, filled_tables, first_difference
from website.database_copy.schema import site_tables
from website.database_copy.sides import side_of
from website.migrations import HEAD, current_revision, migrate

OLDEST_POSTGRES: Final = 13
REVISION_TABLE: Final = "alembic_version"
BORN_WITH: Final = {
    "epoch",
    "schema_compatibility",
    "site_secret",
}  # the tables in which a database without a site has rows
OTHERS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend' AND application_name <> :read_only
"""


class MoveRefusedError(DatabaseUnusableError):
    """The site cannot be moved there, or not now; the message says why and what to do. Nothing was changed."""


@dataclass(frozen=True)
class Moved:
    """What was moved; `was_there` when an earlier run had moved it already."""

    tables: int
    rows: int
    was_there: bool = False


def move_database(settings: Settings, url: str, on_table: OnTable = lambda *_: None) -> Moved:
    """Copy the site's database to this URL, which must have none yet. Every table is read back and compared.

    Killed at any point, the old database is as it was, and running it again begins anew. Raises `MoveRefusedError`
    and `SiteRunningError`.
    """
    source, target = Database(database_url(settings), read_only=True), Database(url)
    try:
        _require_another(source, target)
        with home_lock.restore_lock(settings.home):
            _require_current(source)
            _prepare(target)
            moved = _move(source, target, on_table)
        upkeep.index_all(target)
        return moved
    finally:
        source.close()
        target.close()


def _require_another(source: Database, target: Database) -> None:
    if source.url == target.url:
        raise MoveRefusedError("That is the site's current database. Name another one.")
    if source.is_sqlite and target.is_sqlite:
        raise MoveRefusedError("Both are SQLite files: stop the site, and copy the file or restore a backup.")


def _require_current(source: Database) -> None:
    if current_revision(source) != HEAD:
        raise MoveRefusedError(
            "The site's database does not have this release's schema. Run carrel migrate first."
        )


def _prepare(target: Database) -> None:
    """Give an empty database our schema; one of somebody else's is left alone."""
    with target.engine.connect() as connection:
        if not target.is_sqlite:
            _require_usable(connection)
        tables = inspect(connection).get_table_names()
        if tables and REVISION_TABLE not in tables:
            raise MoveRefusedError(
                f"That database is not empty: it has the tables {', '.join(sorted(tables)[:3])}. Name an empty one."
            )
    migrate(target)


def _require_usable(connection: Connection) -> None:
    version = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    if version < OLDEST_POSTGRES:
        raise MoveRefusedError(
            f"PostgreSQL {version} is too old: {OLDEST_POSTGRES} or later is needed. Upgrade it, or use another."
        )
    if (encoding := connection.scalar(text("SHOW server_encoding"))) != "UTF8":
        raise MoveRefusedError(
            f"That database's encoding is {encoding}. Create one with UTF-8: CREATE DATABASE … ENCODING 'UTF8' "
            "TEMPLATE template0"
        )


def _move(source: Database, target: Database, on_table: OnTable) -> Moved:
    with source.engine.begin() as here, target.engine.begin() as there:
        _keep_writers_out(here)
        if filled := filled_tables(there) - BORN_WITH:
            return _compare(here, there, filled)
        try:
            report = copy_all(side_of(here), there, on_table)
        except CopyError as error:
            raise MoveRefusedError(f"{error}. Nothing was moved; the old database is unchanged.") from error
        return Moved(report.tables, report.rows)


def _keep_writers_out(source: Connection) -> None:
    """SQLite's write lock is held already. With PostgreSQL, other machines may write too."""
    if source.dialect.name == "sqlite":
        return
    if others := source.scalar(text(OTHERS), {"read_only": READ_ONLY_NAME}):
        raise MoveRefusedError(
            f"{others} other {'connection' if others == 1 else 'connections'} that can write to the site's database "
            f"{'is' if others == 1 else 'are'} open. Stop the website and the worker on every machine, or set READ_ONLY=true there."
        )
    names = ", ".join(f'"{table.name}"' for table in site_tables(source))
    try:
        source.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))  # read it may be
    except DBAPIError as error:
        raise MoveRefusedError(f"The site's database is in use: {error.orig}") from error


def _compare(source: Connection, target: Connection, filled: set[str]) -> Moved:
    """A move that ended before anybody read its last line is no mistake."""
    difference = first_difference(source, target)
    if difference is None:
        return Moved(len(site_tables(target)), 0, was_there=True)
    raise MoveRefusedError(
        f"That database is not empty: it has rows in {', '.join(sorted(filled)[:3])}, and {difference} differs "
        "from this site's. Name an empty one."
    )
