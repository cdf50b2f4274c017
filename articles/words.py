"""Splits texts into words as search and related articles compare them: lower-case, without accents."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log

WORD = re.compile(r"[^\W_]+")
_FOREIGN = re.compile(r"[^\0-\x7f]+")
_ASCII = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
KEYWORDS = 24
_TITLE_WEIGHT, _HEADING_WEIGHT = 3.0, 1.0
_SHORT_TEXT = 200  # words; in a longer text, a keyword occurs more than once
_STOP_WORD_TEXT = """
about above after again against all also although always among an and another any are around as asked at
because been before being below between both but by came can cannot come could did do does done down during
each either else enough even ever every few find first five for four from gave get gets give given gives
goes going had has have having her here him his how however if in into is it its itself just keep kept know
known last later least less let like made make makes many may mean means might more most much must need
needs never next no nor not nothing now of off often on once one only or other others our out over own per
put rather read right said same say says see seen shall she should show since so some such take taken takes
tell than that the their them then there these they thing things third this those though three through time
to too two under until up upon us use used uses using very was way we well went were what when where whether
which while who whose why will with within without would year years yes yet you your answer question
questions option options
"""
_STOP_WORDS = frozenset(_STOP_WORD_TEXT.split())


def words(text: str) -> list[str]:
    """The words of a text: NFKD without combining marks, case-folded."""
    plain = text if text.isascii() else _FOREIGN.sub(lambda match: fold(match[0]), text)
    if plain.isascii():  # five times faster than the regular expression
        return plain.translate(_ASCII).split()
    return WORD.findall(plain.casefold())


@lru_cache(maxsize=5_000)
def fold(characters: str) -> str:
    """Characters beyond ASCII, folded; those that belong to no word become a space."""
    decomposed = unicodedata.normalize("NFKD", characters)
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
    return "".join(letter if WORD.match(letter) else " " for letter in letters)


def keywords(title: str, headings: Iterable[str], text_words: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The words that characterize a text, weighted by frequency, and more in headings and in the title."""
    min_count = 1 if len(text_words) < _SHORT_TEXT else 2
    counts: dict[str, int] = {}
    for word, count in Counter(text_words).items():
        if count >= min_count and (stem := singular(word)):
            counts[stem] = counts.get(stem, 0) + count
    weights = {stem: 1 + log(count) for stem, count in counts.items()}
    for part, weight in ((title, _TITLE_WEIGHT), *((heading, _HEADING_WEIGHT) for heading in headings)):
        for stem in {singular(word) for word in words(part)} - {""}:
            weights[stem] = weights.get(stem, 1.0) + weight
    chosen = sorted(((weight, word) for word, weight in weights.items()), reverse=True)[:KEYWORDS]
    return tuple((word, round(weight, 3)) for weight, word in chosen)


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """The singular of a word, or "" for a stop word."""
    if not 2 < len(word) <= 40 or word in _STOP_WORDS:
        return ""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return (
        word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word
    )
