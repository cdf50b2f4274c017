"""Finds items in Markdown without rendering it: the ids that their first lines have."""

import re
from collections.abc import Iterator

from articles.items import KINDS

_FENCE = re.compile(r"[\s>]*(`{3,}|~{3,})")
_FIRST_LINE = re.compile(rf"[\s>]*:{{3,}}[ \t]*(?:{'|'.join(KINDS)})[ \t]+([a-z][a-z0-9-]*)(?![=\w])")


def keys_in(text: str) -> Iterator[str]:
    """The ids of the items in a text, except in code."""
    if ":::" not in text:
        return
    fence = ""
    for line in text.split("\n"):
        if mark := _FENCE.match(line):
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence and (match := _FIRST_LINE.match(line)):
            yield match[1]
