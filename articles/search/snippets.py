"""Snippets: the part of a text that has the words of a query, with those words marked."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from articles.words import WORD, words

WIDTH = 32  # words
BEFORE = 6
MAX_ENDING = 4
MAX_PREFIX = 20  # characters before the first word; some scripts have no spaces
_ENDING = re.compile(r"(?:ations?|ings?|ies|ied|ment|ed|es|s|y|e)$")


def snippet(text: str, terms: Sequence[str]) -> Markup | None:
    """About thirty words around the best match, or None when no word of the query is in the text.

    Everything is escaped but our own `<mark>`.
    """
    stems = [strip_ending(word) for word in terms]
    tokens = list(WORD.finditer(text))
    marked = {
        number: stem for number, token in enumerate(tokens) if (stem := matching_stem(token[0], stems, terms))
    }
    if not marked:
        return None
    start = best_start(marked)
    end = min(start + WIDTH, len(tokens))
    dots = ("… " if start else "", " …" if end < len(tokens) else "")
    return Markup(dots[0]) + _mark(text, tokens, range(start, end), marked) + Markup(dots[1])  # noqa: S704


def best_start(marked: dict[int, str]) -> int:
    """The word to begin at, so that the most different words, and then the most words, are in the snippet."""
    positions = sorted(marked)

    def score(start: int) -> tuple[int, int, int]:
        stems = [marked[position] for position in positions if start <= position < start + WIDTH - BEFORE]
        return len(set(stems)), len(stems), -start

    return max(0, max(positions[:200], key=score) - BEFORE)


def _mark(text: str, tokens: list[re.Match[str]], window: range, marked: dict[int, str]) -> Markup:
    parts = [Markup("")]
    first = tokens[window.start].start()
    space = max(text.rfind(" ", 0, first), text.rfind("\n", 0, first))
    position = max(space + 1, first - MAX_PREFIX)  # “patient’s” is two words to a search, one to a reader
    for number in window:
        token = tokens[number]
        parts.append(Markup.escape(_one_line(text[position : token.start()])))
        word = Markup.escape(token[0])
        parts.append(Markup("<mark>{}</mark>").format(word) if number in marked else word)
        position = token.end()
    if window.stop == len(tokens):
        parts.append(Markup.escape(_one_line(text[position:].rstrip())))
    return Markup("").join(parts)


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
