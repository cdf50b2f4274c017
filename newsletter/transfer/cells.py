"""CSV cells that no spreadsheet takes for a formula, and back (ASVS 1.2.10)."""

import re

# Any number of ' before it, so that taking one away is exactly the opposite of putting one there.
_LOOKS_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r\0]")


def guarded(text: str) -> str:
    """A cell with a ' before what a spreadsheet would run."""
    return f"'{text}" if _LOOKS_LIKE_A_FORMULA.match(text) else text


def bare(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _LOOKS_LIKE_A_FORMULA.match(cell) else cell
