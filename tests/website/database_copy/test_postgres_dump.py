"""What pg_dump writes is read as PostgreSQL meant it (https://www.postgresql.org/docs/current/sql-copy.html)."""

from collections.abc import Iterator

import pytest

from website.database_copy.columns import Kind, TableCopy
from website.database_copy.postgres_dump import PostgresDump, unescape

TABLE = TableCopy(
    "thing",
    ("id", "at", "is_on", "key", "words"),
    (Kind.NUMBER, Kind.MOMENT, Kind.FLAG, Kind.BYTES, Kind.TEXT),
)
LINES = [
    "SET row_security = off;\n",
    "COPY public.thing (words, id, at, is_on, key) FROM stdin;\n",
    "two\\nlines\t1\t2026-11-29 02:00:00.5+01\tt\t\\\\x00ff\n",
    "\\N\t2\t2026-11-29 01:00:00+00\tf\t\\\\x\n",
    "\\.\n",
    "SELECT pg_catalog.setval('public.thing_id_seq', 7, true);\n",
]


def statements(*_options: str) -> Iterator[str]:
    return iter(LINES)


def test_columns_are_found_by_name_and_values_have_the_portable_form() -> None:
    assert list(PostgresDump(statements).read(TABLE)) == [
        (1, "2026-11-29 01:00:00.500000", 1, b"\0\xff", "two\nlines"),
        (2, "2026-11-29 01:00:00.000000", 0, b"", None),
    ]


def test_the_highest_id_given_out_is_read() -> None:
    assert PostgresDump(statements).last_number("thing") == 7


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\\b", "a\\b"), (r"\b\f\n\r\t\v", "\b\f\n\r\t\v"), (r"\101\x41", "AA"), (r"\q", "q"), (r"\\N", r"\N"),
    ],
)  # fmt: skip
def test_escapes_mean_what_the_manual_says(written: str, meant: str) -> None:
    assert unescape(written) == meant
