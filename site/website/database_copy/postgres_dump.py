"""The rows of a dump of pg_dump, read by pg_restore: no server is needed.

They come as PostgreSQL writes them for COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format").
"""

import re
from collections.abc import Callable, Iterator

from website.database_copy.columns import Kind, Row, TableCopy, moment_of_dump

COPY = re.compile(r"COPY public\.\S+ \((?P<columns>.*)\) FROM stdin;\n")
SETVAL = re.compile(
    r"SELECT pg_catalog\.setval\('public\.(?P<name>\w+)_id_seq', (?P<value>\d+), (?P<used>true|false)\);"
)
NULL, END = r"\N", "\\.\n"
ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
FROM_TEXT: dict[Kind, Callable[[str], object]] = {
    Kind.MOMENT: moment_of_dump,
    Kind.FLAG: lambda text: int(text == "t"),
    Kind.NUMBER: int,
    Kind.FRACTION: float,
    Kind.BYTES: lambda text: bytes.fromhex(text.removeprefix(r"\x")),
}
ReadStatements = Callable[..., Iterator[str]]  # pg_restore's lines, given its further options


class PostgresDump:
    """A dump, as where rows come from."""

    def __init__(self, statements: ReadStatements) -> None:
        self._statements = statements

    def read(self, table: TableCopy) -> Iterator[Row]:
        """The rows of a table in portable form. Raises `ValueError` when the dump lacks a column."""
        lines = self._statements("--data-only", f"--table={table.name}")
        head = next((match for line in lines if (match := COPY.fullmatch(line))), None)
        if head is None:
            return
        columns = [column.strip('"') for column in head["columns"].split(", ")]
        places = [columns.index(column) for column in table.columns]
        convert = [FROM_TEXT.get(kind, str) for kind in table.kinds]
        for line in lines:
            if line == END:
                break
            values = line.removesuffix("\n").split("\t")
            yield tuple(
                None if values[place] == NULL else change(unescape(values[place]))
                for place, change in zip(places, convert, strict=True)
            )
        for _ in lines:  # to its end, so that pg_restore ends well
            pass

    def last_number(self, table: str) -> int:
        """The highest id that the table has given out."""
        for line in self._statements("--data-only", f"--table={table}_id_seq"):
            if (match := SETVAL.match(line)) and match["used"] == "true":
                return int(match["value"])
        return 0


def unescape(text: str) -> str:
    """A value of COPY's text format as it is."""
    return ESCAPE.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    code = escape[1]
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    return chr(int(code, 8)) if code[0] in "01234567" else LETTERS.get(code, code)
