"""Words as search and relatedness compare them: small letters without accents."""

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
    plain = text if text.isascii() else _FOREIGN.sub(lambda found: _plain(found[0]), text)
    if plain.isascii():  # five times faster than the pattern
        return plain.translate(_ASCII).split()
    return WORD.findall(plain.casefold())


@lru_cache(maxsize=5_000)
def _plain(signs: str) -> str:
    """Signs beyond ASCII as words compare them; those of no word are a space."""
    marks = (sign for sign in unicodedata.normalize("NFKD", signs) if not unicodedata.combining(sign))
    return "".join(sign if WORD.match(sign) else " " for sign in "".join(marks).casefold())


def keywords(title: str, headings: Iterable[str], text_words: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The words that mark a text, with weights: by how often they come, more in headings and in the title."""
    least = 1 if len(text_words) < _SHORT else 2
    counts: dict[str, int] = {}
    for word, count in Counter(text_words).items():
        if count >= least and (form := _form(word)):
            counts[form] = counts.get(form, 0) + count
    weights = {form: 1 + log(count) for form, count in counts.items()}
    for part, weight in ((title, _TITLE), *((heading, _HEADING) for heading in headings)):
        for form in {_form(word) for word in words(part)} - {""}:
            weights[form] = weights.get(form, 1.0) + weight
    chosen = sorted(((weight, word) for word, weight in weights.items()), reverse=True)[:KEYWORDS]
    return tuple((word, round(weight, 3)) for weight, word in chosen)


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
