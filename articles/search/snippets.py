"""The place in a text where the words of a query stand, with those words marked."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from articles.build.words import WORD, words

WIDTH = 32  # words
BEFORE = 6
LONGEST_ENDING = 4
LONGEST_START = 20  # characters; some scripts have no spaces
_ENDING = re.compile(r"(?:ations?|ings?|ies|ied|ment|ed|es|s|y|e)$")


def snippet(text: str, asked: Sequence[str]) -> Markup | None:
    """About thirty words around the place that has most of the asked words; None where there is none.

    Everything is escaped; the only markup is our own `<mark>`.
    """
    stems = [_stem(word) for word in asked]
    tokens = list(WORD.finditer(text))
    marked = {
        number: stem for number, token in enumerate(tokens) if (stem := _stem_of(token[0], stems, asked))
    }
    if not marked:
        return None
    start = _best_start(marked)
    end = min(start + WIDTH, len(tokens))
    dots = ("… " if start else "", " …" if end < len(tokens) else "")
    return Markup(dots[0]) + _mark(text, tokens, range(start, end), marked) + Markup(dots[1])  # noqa: S704


def _best_start(marked: dict[int, str]) -> int:
    """Where to begin so that the most different words, and then the most words, are inside."""
    places = sorted(marked)

    def worth(place: int) -> tuple[int, int, int]:
        inside = [marked[other] for other in places if place <= other < place + WIDTH - BEFORE]
        return len(set(inside)), len(inside), -place

    return max(0, max(places[:200], key=worth) - BEFORE)


def _mark(text: str, tokens: list[re.Match[str]], window: range, marked: dict[int, str]) -> Markup:
    parts = [Markup("")]
    begin = tokens[window.start].start()
    space = max(text.rfind(" ", 0, begin), text.rfind("\n", 0, begin))
    position = max(space + 1, begin - LONGEST_START)  # “patient’s” is two words to a search, one to a reader
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


def _stem_of(token: str, stems: Sequence[str], asked: Sequence[str]) -> str | None:
    plain = "".join(words(token))
    for stem in stems:
        if plain.startswith(stem) and len(plain) - len(stem) <= LONGEST_ENDING:
            return stem
    return stems[-1] if plain.startswith(asked[-1]) else None


def _stem(word: str) -> str:
    cut = _ENDING.sub("", word)
    return cut if len(cut) >= 3 else word
