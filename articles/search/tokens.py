"""How search splits texts: what is indexed and what is asked for alike, so that both databases find the same."""

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import Stemmer

Chunk = tuple[tuple[str, ...], str]  # the words between two spaces; and all of them as one word, or ""

MAX_WORD = 40  # characters
_JOINED_PARTS = 6  # of a word such as AWS::Lambda::Function
LITTLE = frozenset(
    [
        "a",
        "about",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "between",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "me",
        "my",
        "no",
        "not",
        "of",
        "off",
        "on",
        "or",
        "our",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "up",
        "us",
        "vs",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
_FOREIGN = re.compile(r"[^\0-\x7f]+")
_WORD = r"[a-z0-9\x80-\U0010ffff]+"
_CHUNK = re.compile(
    rf"(?:(?<![^\s(\[{{\"'`])(\.|--?)(?=[a-z]))?({_WORD}(?:\+\+|#(?![a-z0-9])|(?:[-_.:/'+&@]{{1,2}}{_WORD})*))"
)
_PART = re.compile(_WORD)
# Thai to Myanmar, Khmer, kana, Chinese characters, hangul: scripts without spaces, or with particles at each word.
UNSPACED = (
    "\u0e00-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"([{UNSPACED}]+)")
# Letters that are more than one with an accent, and keyboards that write one letter in two ways; signs nobody sees.
_ALIKE = {
    "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
    "ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ـ": "", "\u00ad": "", "\u200d": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip
_APOSTROPHES, _HYPHENS = "‘’ʼ", "‐‑"
_stemmers = threading.local()


def chunks(text: str) -> Iterator[Chunk]:
    """The words of a text. `CMS-1500` is two words and one; `C++`, `.NET` and `-v` are what they are."""
    return chunks_of_folded(fold(text))


def chunks_of_folded(text: str) -> Iterator[Chunk]:
    """The words of a text that was folded; none of them goes on behind a space."""
    for lead, chunk in _CHUNK.findall(text):
        if chunk.isascii():
            if chunk.isalnum():
                yield (chunk[:MAX_WORD],), lead + chunk if lead and len(chunk) < MAX_WORD else ""
            elif chunk[-1] in "+#":
                yield (chunk,), ""
            else:
                yield _parts(chunk)
        else:
            yield from _foreign(chunk)


def _parts(chunk: str) -> Chunk:
    parts = tuple(part[:MAX_WORD] for part in _PART.findall(chunk))
    joined = "".join(parts)
    return parts, joined if 1 < len(parts) <= _JOINED_PARTS and len(joined) <= MAX_WORD else ""


def _foreign(chunk: str) -> Iterator[Chunk]:
    for number, part in enumerate(_UNSPACED.split(chunk)):
        if number % 2:
            yield pairs(part), ""
        elif _PART.search(part):
            yield _parts(part)


def pairs(run: str) -> tuple[str, ...]:
    """The overlapping pairs of characters of a text without spaces; a single character is itself."""
    return tuple(run[at : at + 2] for at in range(len(run) - 1)) or (run,)


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script without spaces."""
    return not word.isascii() and _UNSPACED.match(word) is not None


def fold(text: str) -> str:
    """Small letters without accents, one form for each character."""
    if text.isascii():
        return text.lower()
    return _FOREIGN.sub(lambda match: _fold_foreign(match[0]), text.lower())


@lru_cache(maxsize=20_000)
def _fold_foreign(characters: str) -> str:
    folded = "".join(map(_fold_one, unicodedata.normalize("NFKD", characters).casefold()))
    return unicodedata.normalize("NFC", folded)


def _fold_one(character: str) -> str:
    if (alike := _ALIKE.get(character)) is not None:
        return alike
    if character in _APOSTROPHES:
        return "'"
    if character in _HYPHENS:
        return "-"
    combining = unicodedata.combining(character)
    if combining >= 200 or 10 <= combining <= 36:  # accents, and the points of Hebrew and Arabic
        return ""
    return character if character.isascii() or unicodedata.category(character)[0] in "LNM" else " "


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of an English word; a word with other characters than letters is its own."""
    return stem_all([word])[0]


def stem_all(words: Sequence[str]) -> list[str]:
    """The stems of many words: a tenth of the time that `stem` takes for each."""
    if not hasattr(_stemmers, "english"):  # one is not safe in two threads
        _stemmers.english = Stemmer.Stemmer("english", 0)
    once = _stemmers.english.stemWords(words)
    twice = _stemmers.english.stemWords(once)  # or "embed" and "embedding" would differ
    return [
        stem if len(word) > 2 and word.isascii() and word.isalpha() else word
        for word, stem in zip(words, twice, strict=True)
    ]
