"""CSV that a spreadsheet may open: RFC 4180, and no cell that it would run as a formula (ASVS 1.2.10)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

# Where a spreadsheet may begin a cell: at the start, and after what another country's takes for a separator (OWASP,
# CSV Injection). Any number of ' before the sign, so that taking one away is exactly the opposite of putting one there.
_SIGNS = "=+\\-@＝＋－＠"
_BEFORE = rf"^(?='*[{_SIGNS}\t\r\n\0])|[;,\t\r\n](?='*[{_SIGNS}])"
_GUARDED = rf"^'(?='*[{_SIGNS}\t\r\n\0])|([;,\t\r\n])'(?='*[{_SIGNS}])"
_FORMULA, _GUARDED_FORMULA = re.compile(_BEFORE), re.compile(_GUARDED)
Cell = str | int | float | Decimal | None


def guard(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would begin to run it."""
    return _FORMULA.sub(r"\g<0>'", text)


def unguard(cell: str) -> str:
    """The text that `guard` was given."""
    return _GUARDED_FORMULA.sub(lambda match: match[1] or "", cell) if "'" in cell else cell


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as CSV with CRLF line ends, text guarded."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([guard(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()
