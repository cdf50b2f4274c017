"""Reading a CSV of subscribers, ours or a service's: every line is a subscriber, or a problem with its number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from newsletter.transfer import columns as naming
from newsletter.transfer.columns import Columns, Field
from newsletter.transfer.dates import day_comes_first
from newsletter.transfer.row_reader import (
    Defaults,
    InvalidLineError,
    LineMessage,
    RowContext,
    SlugIds,
    SubscriberRow,
    address_cell,
    read_row,
)
from newsletter.transfer.statuses import status_of_file
from newsletter.transfer.text_file import InvalidFileError, TextFile, read_text

COLUMNS = ("email", "source", "consented_at", "pace", "exams", "paused_until")  # of our own export


@dataclass
class ParsedFile:
    """The rows of a file, what is wrong with other lines, and lines whose address another line has."""

    service: str = ""
    unused_columns: tuple[str, ...] = ()
    rows: list[SubscriberRow] = field(default_factory=list)
    problems: list[LineMessage] = field(default_factory=list)
    repeated: list[LineMessage] = field(default_factory=list)


def parse(name: str, content: bytes, ids: SlugIds, now: datetime, defaults: Defaults) -> ParsedFile:
    """Read the whole file. Raises `InvalidFileError`."""
    file = read_text(name, content, naming.known_names)
    context = _context(file, ids, defaults, now)
    parsed = ParsedFile(context.columns.service, context.columns.unused)
    counting = dict[str, SubscriberRow]()
    others: list[SubscriberRow] = []
    for line, cells in islice(file.rows(), int(context.columns.named), None):
        try:
            row = read_row(line, cells, context)
        except InvalidLineError as error:
            parsed.problems.append(LineMessage(line, str(error), address_cell(cells, context.columns)))
            continue
        first = counting.setdefault(row.address.key, row)
        if first is not row:
            counting[row.address.key] = max(first, row, key=lambda row: row.status)
            others.append(min(row, first, key=lambda row: row.status))
    parsed.rows = sorted(counting.values(), key=lambda row: row.line)
    parsed.repeated = [_repeated(row, counting[row.address.key]) for row in others]
    if not parsed.rows and not parsed.problems:
        raise InvalidFileError(f"{name} has column names, but no lines below them.")
    return parsed


def _context(file: TextFile, ids: SlugIds, defaults: Defaults, now: datetime) -> RowContext:
    rows = file.rows()
    names = next((cells for _line, cells in rows), None)
    if names is None:
        raise InvalidFileError(f"{file.name} is empty.")
    columns = naming.read_columns(file.name, names, islice(rows, naming.LOOKED_AT))
    dates = (cell for _line, cells in file.rows() for cell in _date_cells(cells, columns))
    whole_file = status_of_file(file.name, columns.service)
    if columns.service or not defaults.source:
        defaults = replace(defaults, source=columns.service or file.name.removesuffix(".csv"))
    return RowContext(columns, ids, defaults, whole_file, day_comes_first(dates), now)


def _date_cells(cells: Sequence[str], columns: Columns) -> Iterator[str]:
    if len(cells) == columns.count:
        for kind in (Field.CONSENTED, Field.LEFT, Field.BOUNCED):
            yield from columns.cells(cells, kind)


def _repeated(row: SubscriberRow, counts: SubscriberRow) -> LineMessage:
    return LineMessage(
        row.line, f"The same address as in line {counts.line}, which is used.", row.address.typed
    )
