"""Finds what stands between two marks, in a time that grows with the text alone.

A lazy pattern looks for its end anew from each beginning, and where there is none, to the end of the text.
"""

import re
from collections.abc import Callable, Collection, Iterator


def replace_spans(
    start: re.Pattern[str], end: re.Pattern[str], text: str, replace: Callable[[re.Match[str], str], str]
) -> str:
    """The text with `replace(start, inside)` for each span; a beginning without an end stays as it is."""
    parts, at = [], 0
    while opened := start.search(text, at):
        closed = end.search(text, opened.end())
        if closed is None:
            break
        parts += [text[at : opened.start()], replace(opened, text[opened.end() : closed.start()])]
        at = closed.end()
    return "".join([*parts, text[at:]])


def split_elements(text: str, names: Collection[str]) -> Iterator[tuple[str, bool]]:
    """The text in parts; True says that a part is one of these HTML elements, from its tag to its end."""
    start = re.compile(rf"<({'|'.join(names)})\b[^>]*+>", re.IGNORECASE)
    at, looked, open_ones = 0, 0, set[str]()
    while opened := start.search(text, looked):
        name = opened[1].lower()
        looked = opened.end()
        if name in open_ones:
            continue
        closed = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, looked)
        if closed is None:
            open_ones.add(name)
            continue
        yield text[at : opened.start()], False
        yield text[opened.start() : closed.end()], True
        at = looked = closed.end()
    yield text[at:], False
