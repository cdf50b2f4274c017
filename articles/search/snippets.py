"""Snippets: the part of a text that has the words of a query, with those words marked."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from articles.search.terms import Term
from articles.search.tokens import chunks, fold, is_unspaced, stem
from articles.words import WORD

WIDTH = 32  # words
BEFORE = 6
LONGEST_LOOK = 200  # marked words at which a snippet may begin
PART = 700  # characters of a long text that are looked at word by word
CLOSE = 200  # characters
MAX_PREFIX = 20  # characters before the first word; some scripts have no spaces
_SAME_BEGINNING = 3  # letters that a word has in common with its stem
_JOINING = frozenset("-‐‑/._:'’")
_ASCII_WORDS = re.compile("([a-zA-Z0-9]+)")
_UNSPACED = "[\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
_FOREIGN_WORD = rf"{_UNSPACED}|(?:(?!{_UNSPACED}){WORD.pattern[:-1]})+"


def snippet(text: str, terms: Sequence[Term]) -> Markup | None:
    """About thirty words around the best match, or None when no word of the query is in the text.

    Everything is escaped but our own `<mark>`.
    """
    wanted = {word: number for number, term in enumerate(terms) for phrase in term.phrases for word in phrase}
    beginnings = {word[:_SAME_BEGINNING]: number for word, number in wanted.items()}
    first = best_part(text.lower(), beginnings) if len(text) > PART else 0
    parts = _split(
        text[first : first + PART], terms
    )  # what stands between words at even places, the words at odd ones
    marked = _marked(parts[1::2], parts[2::2], wanted)
    if not marked:
        return None
    start = best_start(marked)
    end = min(start + WIDTH, len(parts) // 2)
    dots = ("… " if first or start else "", " …" if first + PART < len(text) or end < len(parts) // 2 else "")
    return Markup(dots[0]) + _mark("".join(parts), parts, range(start, end), marked) + Markup(dots[1])  # noqa: S704


def best_part(text: str, beginnings: Mapping[str, int]) -> int:
    """Where a part of a long text begins in which many different words begin as they should."""
    places = sorted(
        (place, number) for beginning, number in beginnings.items() for place in _places(text, beginning)
    )
    best, most = 0, 0
    for index, (place, _) in enumerate(places):
        near = {number for other, number in places[index : index + 12] if other < place + CLOSE}
        if len(near) > most:
            best, most = place, len(near)
    return max(0, text.rfind(" ", 0, max(0, best - BEFORE * 8)) + 1)


def _places(text: str, beginning: str) -> Iterator[int]:
    """Where words begin so: the first ones. A regular expression would take most of a search's time."""
    place = text.find(beginning)
    for _ in range(LONGEST_LOOK):
        if place < 0:
            return
        if not text[place - 1 : place].isalnum():
            yield place
        place = text.find(beginning, place + 1)


def _split(text: str, terms: Sequence[Term]) -> list[str]:
    if text.isascii():
        return _ASCII_WORDS.split(text)
    runs = sorted((re.escape(term.written) for term in terms if is_unspaced(term.written)), key=len)
    return re.split("(" + "|".join([*reversed(runs), _FOREIGN_WORD]) + ")", text)


def _marked(written: Sequence[str], between: Sequence[str], wanted: Mapping[str, int]) -> dict[int, int]:
    """The words to mark, by place, each with the number of the term that wants it."""
    beginnings = tuple({word[:_SAME_BEGINNING] for word in wanted})
    candidates = {word for word in set(written) if not word.isascii() or word.lower().startswith(beginnings)}
    number_of = {
        word: wanted[stem_]
        for word in candidates
        for words, _ in chunks(word)
        if (stem_ := stem("".join(words))) in wanted or (stem_ := stem(words[0])) in wanted
    }
    marked = {place: number_of[word] for place, word in enumerate(written) if word in number_of}
    for place, ((first, second), gap) in enumerate(zip(pairwise(written), between, strict=False)):
        if gap in _JOINING and (joined := stem(fold(first + second))) in wanted:
            marked[place] = marked[place + 1] = wanted[joined]
    return marked


def best_start(marked: Mapping[int, int]) -> int:
    """The word to begin at, so that the most different words, and then the most words, are in the snippet."""
    positions = sorted(marked)

    def score(first: int) -> tuple[int, int, int]:
        start = positions[first]
        last = bisect_left(positions, start + WIDTH - BEFORE, first)
        return len({marked[position] for position in positions[first:last]}), last - first, -start

    best = max(range(min(len(positions), LONGEST_LOOK)), key=score)
    return max(0, positions[best] - BEFORE)


def _mark(text: str, parts: Sequence[str], window: range, marked: Mapping[int, int]) -> Markup:
    first = sum(map(len, parts[: 2 * window.start + 1]))
    space = max(text.rfind(" ", 0, first), text.rfind("\n", 0, first))
    start = max(space + 1, first - MAX_PREFIX)  # “patient’s” is two words to a search, one to a reader
    shown, plain = list[str](), [_one_line(text[start:first])]
    for number in window:
        word = parts[2 * number + 1]
        if number in marked:
            # Escaped from mark to mark: word by word, it took a sixth of the time of a snippet.
            shown += [Markup.escape("".join(plain)), "<mark>", Markup.escape(word), "</mark>"]
            plain = []
        else:
            plain.append(word)
        if number + 1 < window.stop:
            plain.append(_one_line(parts[2 * number + 2]))
    if 2 * window.stop + 1 == len(parts):
        plain.append(_one_line(parts[-1].rstrip()))
    return Markup("".join([*shown, Markup.escape("".join(plain))]))  # noqa: S704 - each is escaped


def _one_line(between: str) -> str:
    if between == " ":  # as most are
        return between
    if between.isspace() and "\n" in between:
        return " · "  # a heading and its text are not one sentence
    return re.sub(r"\s+", " ", between)
