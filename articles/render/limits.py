"""What is refused before it is parsed: input that makes a parser slow, and that no article needs (CON-10).

Each cap stands a little above the largest honest article and far below the input with which the parser was seen
to need more than a second.
"""

import re

from articles.render.rendered import Problem

CHARACTERS = 200_000  # about 30,000 words
LINES = 10_000
NESTING = 32  # quotes and lists that begin on one line
INDENT = 200  # columns; nested lists deepen by indentation
BARS = 60  # of a table, in one line; more than NESTING, see `refuse`
CONTAINERS = 400  # signs that open or close one; 200 questions
HTML = 2_000_000  # characters; a footnote that is called 50,000 times makes a small text large

_MARKERS = re.compile(r"[ \t]*(?:(?:>|[-+*:](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*")
_MARKER = re.compile(r"[->+*:.)]")
_SIGNS = " \t>-+*:.)0123456789"


def refuse(text: str, lines: list[str]) -> Problem | None:
    """Name the first limit that the body breaks; the line counts from 1 within the body."""
    if len(text) > CHARACTERS or len(lines) > LINES:
        return too_large()
    if text.count(":::") > CONTAINERS:
        return _problem(
            1, "too-many-containers", f"`:::` stands more than {CONTAINERS} times.", "Split the article."
        )
    for number, line in enumerate(lines, 1):
        if len(line) > NESTING:  # no shorter line can break either limit
            if not line[: NESTING + 1].strip(_SIGNS) and _too_deep(line):
                return too_deep(number)
            if line.count("|") > BARS:
                message = f"A line has more than {BARS} vertical bars."
                return _problem(number, "table-too-wide", message, "Use fewer columns.")
    return None


def _too_deep(line: str) -> bool:
    start = _MARKERS.match(line)
    prefix = start.group() if start else ""
    indent = len(prefix) - len(prefix.lstrip())
    return indent > INDENT or len(_MARKER.findall(prefix)) > NESTING


def too_large() -> Problem:
    """Say that the article is too long."""
    message = f"The article has more than {CHARACTERS:,} characters or {LINES:,} lines, or grows too much when rendered."
    return _problem(1, "too-large", message, "Split it into several articles.")


def too_deep(line: int) -> Problem:
    """Say that the article nests too deeply."""
    return _problem(
        line, "too-deep", "Lists, quotes or emphasis are nested too deeply here.", "Make the text flatter."
    )


def _problem(line: int, code: str, message: str, mend: str) -> Problem:
    return Problem(line, code, message, mend)
