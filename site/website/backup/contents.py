"""What a database holds, in numbers that a backup and its restoration must agree on."""

from dataclasses import dataclass
from typing import Any

from website.backup.errors import DamagedDatabaseError

SEARCH = "article_search"  # derived, and on SQLite a virtual table


@dataclass(frozen=True)
class Contents:
    """The schema's revision, the rows of each table, and the newest payment."""

    revision: str
    rows: dict[str, int]
    newest_payment: str | None


def count_contents(connection: Any, tables: list[str]) -> Contents:
    """Count everything, on a driver's connection of either kind. Takes seconds for millions of rows.

    Raises `DamagedDatabaseError` when the tables are not ours.
    """
    if not {"alembic_version", "payment"} <= set(tables):
        raise DamagedDatabaseError("it lacks the tables of a site")
    own_tables = sorted(name for name in tables if not name.startswith((SEARCH, "sqlite_")))
    rows = {name: _one(connection, f'SELECT count(*) FROM "{name}"') for name in own_tables}  # noqa: S608 - from the database's catalog
    newest = "SELECT checkout_session_id FROM payment ORDER BY id DESC LIMIT 1"
    return Contents(
        revision=str(_one(connection, "SELECT version_num FROM alembic_version")),
        rows=rows,
        newest_payment=_one(connection, newest),
    )


def _one(connection: Any, statement: str) -> Any:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None
