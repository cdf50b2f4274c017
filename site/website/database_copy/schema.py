"""Which tables a database has that a site fills, as the database itself says."""

from sqlalchemy import ForeignKeyConstraint, Integer, MetaData, Table, inspect
from sqlalchemy.engine import Connection

SEARCH = "article_search"  # derived from the articles, and on SQLite virtual tables


def site_tables(connection: Connection) -> list[Table]:
    """Every table that a site fills, those that others name first."""
    derived = (SEARCH, "sqlite_", "alembic_version")
    names = [name for name in inspect(connection).get_table_names() if not name.startswith(derived)]
    metadata = MetaData()
    metadata.reflect(connection, only=names)
    return metadata.sorted_tables


def numbered(tables: list[Table]) -> list[str]:
    """Those whose ids the database gives out."""
    return [table.name for table in tables if "id" in table.c and isinstance(table.c.id.type, Integer)]


def self_references(tables: list[Table]) -> list[tuple[str, str]]:
    """Foreign keys of a table to itself: the table, and the constraint's name."""
    return [
        (table.name, str(constraint.name))
        for table in tables
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table is table
    ]
