"""A table, declared: its columns, what can be searched, filtered and sorted. Nothing else reaches the query."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, select, true
from sqlalchemy.orm import Session

from website.admin.operators.roles import Need

PAGE: Final = 50
FARTHEST: Final = 100_000
LONGEST_SEARCH: Final = 200
AnyRow = Row[Any]


@dataclass(frozen=True)
class Column:
    """A column: `value` is what it sorts and exports by; `show` writes it, `link` leads on, given the row.

    `rest`: not worth its place in every row. It is shown when the row is opened, and exported like all others.
    """

    name: str
    title: str
    value: Any
    show: Callable[[AnyRow], str] | None = None
    link: Callable[[AnyRow], str | None] | None = None
    number: bool = False
    sorts: bool = True
    rest: bool = False


@dataclass(frozen=True)
class Choice:
    """One choice of a filter, and its condition."""

    value: str
    label: str
    where: Callable[[], ColumnElement[bool]]

    @property
    def pair(self) -> tuple[str, str]:
        """As a form's select wants it."""
        return self.value, self.label


@dataclass(frozen=True)
class Filter:
    """A filter: one choice or none."""

    name: str
    title: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Table:
    """An admin table.

    `key`, and with it `ties` where one key has several rows, tells rows apart: pages neither repeat nor skip one.
    """

    name: str
    title: str
    description: str
    need: Need
    key: Any
    columns: Sequence[Column]
    sort: str
    search: Callable[[Session, str], ColumnElement[bool]] | None = None
    search_hint: str = ""
    filters: Sequence[Filter] = ()
    joined: Callable[[Select[Any]], Select[Any]] = field(default=lambda query: query)
    actions: Sequence[tuple[str, str]] = ()  # (path, name) of what can be done beside it
    ties: Sequence[Any] = ()
    empty: str = "Rows appear here as soon as there are any."
    personal: bool = False  # holds people's data: its export is in the log (CON-08)

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/admin/{self.name}/"

    @property
    def shown(self) -> list[Column]:
        """The columns of every row."""
        return [column for column in self.columns if not column.rest]

    @property
    def rest(self) -> list[Column]:
        """The columns of an opened row."""
        return [column for column in self.columns if column.rest]


@dataclass(frozen=True)
class TableQuery:
    """What somebody wants to see of a table, only things that the table knows."""

    search: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    page: int = 1

    def parameters(self, **other: str | int) -> dict[str, str | int]:
        """As in a URL, with some changed; empty ones left out."""
        own: dict[str, str | int] = {"q": self.search, "sort": self.sort, "page": self.page}
        own.update(self.chosen)
        own.update(other)
        return {name: value for name, value in own.items() if value not in {"", 1}}


@dataclass(frozen=True)
class TablePage:
    """One page of rows, and how many there are."""

    rows: Sequence[AnyRow]
    total: int

    @property
    def pages(self) -> int:
        """How many pages they fill."""
        return max(1, -(-self.total // PAGE))


def table_query(table: Table, given: Mapping[str, str]) -> TableQuery:
    """What a request wants; what the table does not know is dropped (CON-07)."""
    choices = {
        table_filter.name: {choice.value for choice in table_filter.choices} for table_filter in table.filters
    }
    chosen = {name: given[name] for name in choices if given.get(name) in choices[name]}
    names = {column.name for column in table.columns if column.sorts}
    sort = given.get("sort", "")
    page = given.get("page", "")
    return TableQuery(
        given.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        chosen,
        sort if sort.removeprefix("-") in names else table.sort,
        max(1, min(int(page[:9]), FARTHEST)) if page.isdecimal() and page.isascii() else 1,
    )


def find_page(session: Session, table: Table, query: TableQuery) -> TablePage:
    """One page of what was asked for."""
    where = _where(session, table, query)
    total = session.scalars(table.joined(select(func.count(table.key))).where(where)).one()
    page = _ordered(table, query).where(where).limit(PAGE).offset((query.page - 1) * PAGE)
    return TablePage(session.execute(page).all(), total)


def all_rows(session: Session, table: Table, query: TableQuery) -> Iterable[AnyRow]:
    """All rows that were asked for, for an export."""
    return session.execute(_ordered(table, query).where(_where(session, table, query)))


def cell(row: AnyRow, column: Column) -> str | int | float | None:
    """A value for a spreadsheet: times as ISO 8601 in UTC."""
    value = row._mapping[column.name]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if value is None or isinstance(value, (int, float)) else str(value)


def contains(column: Any, words: str) -> ColumnElement[bool]:
    """The text is somewhere in the column, whatever its case; nothing in it is a wildcard."""
    condition: ColumnElement[bool] = column.icontains(words, autoescape=True)
    return condition


def enum_choices(column: Any, members: Iterable[StrEnum]) -> tuple[Choice, ...]:
    """A choice for each member of the enum whose values a column holds."""
    return choices(column, {member.value: member.capitalize() for member in members})


def choices(column: Any, names: Mapping[str, str]) -> tuple[Choice, ...]:
    """A choice for each value that a column can hold."""

    def is_(value: str) -> Callable[[], ColumnElement[bool]]:
        return lambda: column == value

    return tuple(Choice(value, label, is_(value)) for value, label in names.items())


def _where(session: Session, table: Table, query: TableQuery) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = true()
    if query.search and table.search:
        condition = condition & table.search(session, query.search)
    for table_filter in table.filters:
        for choice in table_filter.choices:
            if query.chosen.get(table_filter.name) == choice.value:
                condition = condition & choice.where()
    return condition


def _ordered(table: Table, query: TableQuery) -> Select[Any]:
    columns = [column.value.label(column.name) for column in table.columns]
    rows = table.joined(select(table.key.label("key"), *columns))
    by = next(column.value for column in table.columns if column.name == query.sort.removeprefix("-"))
    descending = query.sort.startswith("-")
    # Empty ones last in both directions, on both databases.
    first = by.desc().nulls_last() if descending else by.asc().nulls_last()
    ties = [tie.desc() if descending else tie.asc() for tie in (table.key, *table.ties)]
    return rows.order_by(first, *ties)
