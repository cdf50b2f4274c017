"""Snippets: the part of a text that has the words of a query, with those words marked."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from markupsafe import Markup

from articles.words import WORD, words

WIDTH = 32  # words
BEFORE = 6
MAX_ENDING = 4
LONGEST_LOOK = 200  # marked words at which a snippet may begin
MAX_PREFIX = 20  # characters before the first word; some scripts have no spaces
_WORDS = re.compile(f"({WORD.pattern})")
_ENDING = re.compile(r"(?:ations?|ings?|ies|ied|ment|ed|es|s|y|e)$")


def snippet(text: str, terms: Sequence[str]) -> Markup | None:
    """About thirty words around the best match, or None when no word of the query is in the text.

    Everything is escaped but our own `<mark>`.
    """
    stems = [strip_ending(word) for word in terms]
    parts = _WORDS.split(text)  # what stands between words at even places, the words at odd ones
    written = parts[1::2]
    beginnings = (*stems, terms[-1])
    alike = {word for word in written if not word.isascii() or word.lower().startswith(beginnings)}
    stem_of = {word: matching_stem(word, stems, terms) for word in alike}
    marked = {number: stem for number, word in enumerate(written) if (stem := stem_of.get(word))}
    if not marked:
        return None
    start = best_start(marked)
    end = min(start + WIDTH, len(written))
    dots = ("… " if start else "", " …" if end < len(written) else "")
    return Markup(dots[0]) + _mark(text, parts, range(start, end), marked) + Markup(dots[1])  # noqa: S704


def best_start(marked: dict[int, str]) -> int:
    """The word to begin at, so that the most different words, and then the most words, are in the snippet."""
    positions = sorted(marked)

    def score(first: int) -> tuple[int, int, int]:
        start = positions[first]
        last = bisect_left(positions, start + WIDTH - BEFORE, first)
        return len({marked[position] for position in positions[first:last]}), last - first, -start

    best = max(range(min(len(positions), LONGEST_LOOK)), key=score)
    return max(0, positions[best] - BEFORE)


def _mark(text: str, parts: Sequence[str], window: range, marked: dict[int, str]) -> Markup:
    first = sum(map(len, parts[: 2 * window.start + 1]))
    space = max(text.rfind(" ", 0, first), text.rfind("\n", 0, first))
    start = max(space + 1, first - MAX_PREFIX)  # “patient’s” is two words to a search, one to a reader
    shown: list[str] = [Markup.escape(_one_line(text[start:first]))]
    for number in window:
        word = Markup.escape(parts[2 * number + 1])
        shown.append(f"<mark>{word}</mark>" if number in marked else word)
        if number + 1 < window.stop:
            shown.append(Markup.escape(_one_line(parts[2 * number + 2])))
    if 2 * window.stop + 1 == len(parts):
        shown.append(Markup.escape(_one_line(parts[-1].rstrip())))
    return Markup("".join(shown))  # noqa: S704 - each is escaped


def _one_line(between: str) -> str:
    if between.isspace() and "\n" in between:
        return " · "  # a heading and its text are not one sentence
    return re.sub(r"\s+", " ", between)


def matching_stem(token: str, stems: Sequence[str], terms: Sequence[str]) -> str | None:
    """The stem of the query that a word of the text begins with."""
    plain = "".join(words(token))
    for stem in stems:
        if plain.startswith(stem) and len(plain) - len(stem) <= MAX_ENDING:
            return stem
    return stems[-1] if plain.startswith(terms[-1]) else None


def strip_ending(word: str) -> str:
    """A word without a common ending."""
    stem = _ENDING.sub("", word)
    return stem if len(stem) >= 3 else word
