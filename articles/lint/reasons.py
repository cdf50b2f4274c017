"""Rules about reasons."""

import re
from collections.abc import Iterator

from articles.items import Item
from articles.problems import Problem

_ONE = r"(?:[Oo]ption|[Aa]nswer|[Cc]hoice|[Ll]etter)"
_LETTER = re.compile(
    rf"\b{_ONE}s?\s+\(?[A-H]\b(?!['’.]\w)|\([A-H]\)"
    r"|(?<![A-Za-z]\s)\b[B-H] (?:and|or) [A-H] (?:are|were|is)\b|\b[Bb]oth [A-H] and [A-H]\b"
    r"|(?<![a-z]\s)\b[A-H] is (?:right|wrong|correct|incorrect)\b"
)
_PLACE = re.compile(
    r"\b(?:first|second|third|fourth|fifth|last|previous|next|other two|top|bottom) (?:option|answer|choice)s?\b"
    r"|\b(?:option|answer|choice)s? (?:above|below)\b",
    re.IGNORECASE,
)


def names_letter(item: Item) -> Iterator[Problem]:
    """Options are shuffled, so no reason may say where one stands."""
    reasons = [(option.why_text, option.line) for option in item.options] if item.kind == "question" else []
    for reason, line in reasons:
        if match := _LETTER.search(reason) or _PLACE.search(reason):
            message = f"A reason says “{match[0]}”, but options are shuffled."
            yield Problem(line, "reason-names-letter", message, "Name what the option says.")
