"""Reading and writing rows in portable form, for each of the two databases."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from website.database_copy.columns import Row, TableCopy, moments_changed, with_microseconds, with_zone

ROWS_AT_ONCE = 5_000


class RowSource(Protocol):
    """Where rows come from."""

    def read(self, table: TableCopy) -> Iterator[Row]:
        """All rows of a table, in portable form and no order."""

    def last_number(self, table: str) -> int:
        """The highest id that the table has given out; 0 when it has given none."""


class Side(RowSource, Protocol):
    """A database in one transaction."""

    def write(self, table: TableCopy, rows: Iterable[Row]) -> None:
        """Add rows that are in portable form."""

    def begin_load(self, self_references: list[tuple[str, str]]) -> None:
        """Let a row name another of its own table that comes later. Each is a table and its constraint."""

    def end_load(self, self_references: list[tuple[str, str]]) -> None:
        """Check what was let through, as strictly as before."""

    def set_last_number(self, table: str, number: int) -> None:
        """Give out higher ids from now on."""


def side_of(connection: Connection) -> Side:
    """The database behind this connection."""
    return _Sqlite(connection) if connection.dialect.name == "sqlite" else _Postgres(connection)


class _Sqlite:
    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection

    def read(self, table: TableCopy) -> Iterator[Row]:
        return map(moments_changed(table, with_microseconds), self._driver.execute(table.from_sqlite()))

    def write(self, table: TableCopy, rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(table.columns))
        statement = f'INSERT INTO "{table.name}" ({table.quoted}) VALUES ({marks})'  # noqa: S608 - names of our schema
        self._driver.executemany(statement, rows)

    def begin_load(self, self_references: list[tuple[str, str]]) -> None:
        self._driver.execute("PRAGMA defer_foreign_keys = ON")  # until the transaction ends

    def end_load(self, self_references: list[tuple[str, str]]) -> None:
        """The commit checks."""

    def last_number(self, table: str) -> int:
        row = self._driver.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return max(row[0] if row else 0, _highest_id(self._driver, table))

    def set_last_number(self, table: str, number: int) -> None:
        """A table without AUTOINCREMENT gives out one more than its highest id, whatever it has given out before."""
        self._driver.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        self._driver.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT name, ? FROM sqlite_master"
            " WHERE name = ? AND sql LIKE '%AUTOINCREMENT%'",
            (number, table),
        )


class _Postgres:
    def __init__(self, connection: Connection) -> None:
        self._driver: Any = connection.connection.driver_connection

    def read(self, table: TableCopy) -> Iterator[Row]:
        with self._driver.cursor(name="rows") as cursor:  # one with a name does not fetch all at once
            cursor.itersize = ROWS_AT_ONCE
            yield from cursor.execute(table.from_postgres())

    def write(self, table: TableCopy, rows: Iterable[Row]) -> None:
        statement = f'COPY "{table.name}" ({table.quoted}) FROM STDIN'
        with self._driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in map(moments_changed(table, with_zone), rows):
                copy.write_row(row)

    def begin_load(self, self_references: list[tuple[str, str]]) -> None:
        for table, constraint in self_references:
            self._alter(table, constraint, "DEFERRABLE INITIALLY DEFERRED")

    def end_load(self, self_references: list[tuple[str, str]]) -> None:
        self._driver.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, constraint in self_references:
            self._alter(table, constraint, "NOT DEFERRABLE")

    def _alter(self, table: str, constraint: str, how: str) -> None:
        self._driver.execute(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{constraint}" {how}')

    def last_number(self, table: str) -> int:
        given = self._driver.execute(
            "SELECT last_value FROM pg_sequences WHERE format('%%I.%%I', schemaname, sequencename) ="
            " pg_get_serial_sequence(%s, 'id')",
            (f'"{table}"',),
        ).fetchone()
        return max((given and given[0]) or 0, _highest_id(self._driver, table))

    def set_last_number(self, table: str, number: int) -> None:
        if number:
            self._driver.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (f'"{table}"', number)
            )


def _highest_id(driver: Any, table: str) -> int:
    highest: int = driver.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"').fetchone()[0]  # noqa: S608 - names of our schema
    return highest
