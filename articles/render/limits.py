"""Limits checked before parsing: input that makes a parser slow, and that no article needs (CON-10).

Each limit is a little above the largest real article, and far below the input for which the parser needed more
than a second.
"""

import re

from articles.problems import Problem

CHARACTERS = 200_000  # about 30,000 words
LINES = 10_000
NESTING = 32  # quotes and lists that begin on one line
INDENT = 200  # columns; nested lists deepen by indentation
TABLE_BARS = 60  # in the line that makes a table's columns; must be more than NESTING, see `check_limits`
CONTAINER_FENCES = 400  # `:::` that open or close one; 200 questions
AT_SIGNS = 1_000  # comrak links addresses by recursion: 2,500 on one line can end the process
FORMULA_SIGNS = 20_000  # `\(` and `\[`; comrak looks for the end of each
HTML = 2_000_000  # characters; a footnote referenced 50,000 times makes a small text large

_MARKERS = re.compile(r"[ \t]*(?:(?:>|[-+*:](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*")
_MARKER = re.compile(r"[->+*:.)]")
_DELIMITERS = "|-: \t>"
_MARKER_CHARACTERS = " \t>-+*:.)0123456789"


def check_limits(text: str, lines: list[str]) -> Problem | None:
    """The first limit that the body exceeds; its line counts from 1 within the body."""
    signs = max(text.count(r"\("), text.count(r"\["))
    if len(text) > CHARACTERS or len(lines) > LINES or signs > FORMULA_SIGNS:
        return too_large()
    if text.count(":::") > CONTAINER_FENCES:
        return Problem(
            1,
            "too-many-containers",
            f"`:::` occurs more than {CONTAINER_FENCES} times.",
            "Split the article.",
        )
    if text.count("@") > AT_SIGNS:
        message = f"`@` occurs more than {AT_SIGNS:,} times."
        return Problem(1, "too-many-addresses", message, "Split the article.")
    for number, line in enumerate(lines, 1):
        if len(line) > NESTING:  # a shorter line cannot exceed either limit
            if not line[: NESTING + 1].strip(_MARKER_CHARACTERS) and nests_too_deeply(line):
                return too_deep(number)
            if not line.strip(_DELIMITERS) and line.count("|") > TABLE_BARS:
                message = f"A table has more than {TABLE_BARS} vertical bars."
                return Problem(number, "table-too-wide", message, "Use fewer columns.")
    return None


def nests_too_deeply(line: str) -> bool:
    """Whether a line begins too many quotes and lists, or is indented too far."""
    markers = _MARKERS.match(line)
    prefix = markers.group() if markers else ""
    indent = len(prefix) - len(prefix.lstrip())
    return indent > INDENT or len(_MARKER.findall(prefix)) > NESTING


def too_large() -> Problem:
    """The problem of an article that is too long."""
    message = f"The article has more than {CHARACTERS:,} characters or {LINES:,} lines, or grows too much when rendered."
    return Problem(1, "too-large", message, "Split it into several articles.")


def too_deep(line: int) -> Problem:
    """The problem of an article that nests too deeply."""
    return Problem(
        line, "too-deep", "Lists, quotes or emphasis are nested too deeply here.", "Reduce the nesting."
    )
