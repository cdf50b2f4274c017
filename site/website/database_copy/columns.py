"""Values between SQLite and PostgreSQL.

A row travels in the form in which SQLite keeps it: moments as UTC text with microseconds, days and JSON as text,
flags as 0 and 1. PostgreSQL's server makes that form of its own values, so that both sides compare byte by byte.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Double, Integer, LargeBinary, Table

Row = tuple[object, ...]
MOMENT = "%Y-%m-%d %H:%M:%S.%f"
MOMENT_LENGTH = len("2026-01-31 12:00:00.000000")


class Kind(Enum):
    """How a column's values differ between the two: the type, and the portable form as PostgreSQL's SQL."""

    MOMENT = (DateTime, "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')")
    DAY = (Date, "to_char({}, 'YYYY-MM-DD')")
    JSON = (JSON, "{}::text")
    FLAG = (Boolean, "{}::int")
    NUMBER = (Integer, "{}")
    FRACTION = (Double, "{}")
    BYTES = (LargeBinary, "{}")
    TEXT = (object, "{}")


@dataclass(frozen=True)
class TableCopy:
    """A table, its columns in the order in which its rows travel, and what kind each is of."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[Kind, ...]

    @property
    def quoted(self) -> str:
        """The columns as SQL."""
        return ", ".join(f'"{column}"' for column in self.columns)

    def from_sqlite(self) -> str:
        """The query for the rows of a SQLite database, nearly in portable form."""
        return f'SELECT {self.quoted} FROM "{self.name}"'  # noqa: S608 - names of our schema

    def from_postgres(self) -> str:
        """The query for the rows of a PostgreSQL database, in portable form."""
        pairs = zip(self.columns, self.kinds, strict=True)
        values = ", ".join(kind.value[1].format(f'"{column}"') for column, kind in pairs)
        return f'SELECT {values} FROM "{self.name}"'  # noqa: S608 - names of our schema


def table_copy(table: Table) -> TableCopy:
    """How the rows of this table travel."""
    columns = list(table.columns)
    names = tuple(column.name for column in columns)
    return TableCopy(table.name, names, tuple(kind_of(column) for column in columns))


def kind_of(column: Column[Any]) -> Kind:
    """The kind of a column."""
    return next(kind for kind in Kind if isinstance(column.type, kind.value[0]))


def moments_changed(table: TableCopy, change: Callable[[str], str]) -> Callable[[Row], Row]:
    """Changes the moments of a row of this table."""
    places = [place for place, kind in enumerate(table.kinds) if kind is Kind.MOMENT]
    if not places:
        return lambda row: row

    def convert(row: Row) -> Row:
        values = list(row)
        for place in places:
            if isinstance(value := values[place], str):
                values[place] = change(value)
        return tuple(values)

    return convert


def with_microseconds(text: str) -> str:
    """A moment of SQLite's with its microseconds: what plain SQL wrote may lack them."""
    return text if len(text) == MOMENT_LENGTH else datetime.fromisoformat(text).strftime(MOMENT)


def with_zone(text: str) -> str:
    """A moment as PostgreSQL reads it, whatever its zone is."""
    return f"{text}+00"


def moment_of_dump(text: str) -> str:
    """A moment as a dump has it, with the offset of the server's zone."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime(MOMENT)
