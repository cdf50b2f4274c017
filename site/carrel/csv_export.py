"""CSV that a spreadsheet may open: RFC 4180, and no cell that it would run as a formula (ASVS 1.2.10)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

# Any number of ' before it, so that taking one away is exactly the opposite of putting one there.
_LOOKS_LIKE_A_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\0]")
Cell = str | int | float | Decimal | None


def guard(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it."""
    return f"'{text}" if _LOOKS_LIKE_A_FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """The text that `guard` was given."""
    return cell[1:] if cell.startswith("'") and _LOOKS_LIKE_A_FORMULA.match(cell) else cell


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as CSV with CRLF line ends, text guarded."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([guard(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()
