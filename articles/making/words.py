"""Words as search and relatedness compare them: small letters without accents."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from math import log

WORD = re.compile(r"[^\W_]+")
KEYWORDS = 24
_TITLE, _HEADING = 3.0, 1.0
_SHORT = 200  # in a longer text, a word that comes once does not mark it
_LITTLE_WORDS = """
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
_COMMON = frozenset(_LITTLE_WORDS.split())


def words(text: str) -> list[str]:
    """The words of a text, comparable: NFKD without its marks, case-folded."""
    if text.isascii():
        return WORD.findall(text.lower())
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", text) if not unicodedata.combining(mark))
    return WORD.findall(plain.casefold())


def keywords(title: str, headings: Iterable[str], text_words: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The words that mark a text, with weights: by how often they come, more in headings and in the title."""
    least = 1 if len(text_words) < _SHORT else 2
    counts = _telling({word: count for word, count in Counter(text_words).items() if count >= least})
    extra: dict[str, float] = {}
    for part, weight in ((title, _TITLE), *((heading, _HEADING) for heading in headings)):
        for word in _telling(Counter(words(part))):
            extra[word] = extra.get(word, 0.0) + weight
    often = nlargest(KEYWORDS, counts.items(), key=_second_then_first)
    candidates = extra.keys() | {word for word, _ in often}
    weights = {word: 1 + log(counts.get(word, 1)) + extra.get(word, 0.0) for word in candidates}
    chosen = nlargest(KEYWORDS, weights.items(), key=_second_then_first)
    return tuple((word, round(weight, 3)) for word, weight in chosen)


def _second_then_first(pair: tuple[str, float]) -> tuple[float, str]:
    return pair[1], pair[0]


def _telling(counts: Mapping[str, int]) -> dict[str, int]:
    """The words that say what a text is about, singular and plural as one."""
    telling: dict[str, int] = {}
    for word, count in counts.items():
        if form := _form(word):
            telling[form] = telling.get(form, 0) + count
    return telling


@lru_cache(maxsize=50_000)
def _form(word: str) -> str:
    """The singular of a word that tells something, or nothing."""
    if not 2 < len(word) <= 40 or word in _COMMON:
        return ""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return (
        word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word
    )
