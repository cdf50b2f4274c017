"""All rows of one database into another that has the schema and nothing else, compared table by table."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pysqlite3
from sqlalchemy.engine import Connection

from website.database_copy.columns import TableCopy, table_copy
from website.database_copy.digest import TableDigest
from website.database_copy.schema import numbered, self_references, site_tables
from website.database_copy.sides import RowSource, Side, side_of

OnTable = Callable[[str, int], None]  # a table's name and its rows, once it is copied


class CopyError(Exception):
    """Rows could not be copied as they are; the message says which and why."""


@dataclass(frozen=True)
class CopyReport:
    """What was copied and found equal on both sides."""

    tables: int
    rows: int


def copy_all(source: RowSource, target: Connection, on_table: OnTable = lambda *_: None) -> CopyReport:
    """Copy every row, and read each table back. The caller commits. Raises `CopyError`, which must roll back."""
    side, tables = side_of(target), site_tables(target)
    born_with = filled_tables(target)  # what the migrations put into a new database
    for table in reversed(tables):
        if table.name in born_with:  # append-only tables refuse even to delete nothing
            target.execute(table.delete())
    side.begin_load(self_references(tables))
    rows = 0
    for table in tables:
        rows += (copied := _copy_table(source, side, table_copy(table)))
        on_table(table.name, copied)
    side.end_load(self_references(tables))
    for name in numbered(tables):
        side.set_last_number(name, source.last_number(name))
    return CopyReport(len(tables), rows)


def first_difference(source: Connection, target: Connection) -> str | None:
    """The first table that is not the same on both sides; None when all are."""
    source_side, target_side = side_of(source), side_of(target)
    copies = [table_copy(table) for table in site_tables(target)]
    different = (
        table.name for table in copies if digest_of(source_side, table) != digest_of(target_side, table)
    )
    return next(different, None)


def filled_tables(connection: Connection) -> set[str]:
    """The tables in which something stands."""
    tables = site_tables(connection)
    return {table.name for table in tables if connection.execute(table.select().limit(1)).first()}


def digest_of(source: RowSource, table: TableCopy) -> TableDigest:
    """What a table holds."""
    digest = TableDigest()
    for _ in digest.watch(source.read(table)):
        pass
    return digest


def _copy_table(source: RowSource, target: Side, table: TableCopy) -> int:
    """Copy a table and read it back. How many rows it has."""
    here = TableDigest()
    try:
        target.write(table, here.watch(source.read(table)))
        there = digest_of(target, table)
    except (psycopg.Error, pysqlite3.Error, UnicodeError, ValueError) as error:
        first_line = str(error).partition("\n")[0]
        raise CopyError(f"The table {table.name} cannot be copied: {first_line}") from error
    if here != there:
        raise CopyError(
            f"The table {table.name} is not the same after copying: {here.rows:,} rows here, {there.rows:,} there."
        )
    return here.rows
