"""The vocabulary in memory, for as long as it stays the same: completes, corrects and splits words of a query."""

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from string import ascii_lowercase
from weakref import WeakKeyDictionary

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from articles.models import Exam
from articles.search import vocabulary
from articles.search.tokens import LITTLE, chunks, stem, stem_all

MOST_WORDS = 150_000  # in memory: 25 MB
MOST_COMPLETIONS = 6
_LEAST_TO_CORRECT = 4  # letters; of a shorter word, too many others are one letter away
_TWO_MISTAKES = 7  # letters; a shorter word has one mistake
_CANDIDATES = 12
_LONGEST = 30  # letters

# Two mistakes, the first letter among them, at their likeliest: no other word of another first letter is nearer.
_WORST = 2 - 0.5 + 0.4

Phrase = tuple[str, ...]
Near = tuple[float, int, str]  # how unlike it is, the number of its articles (negative), the word


class Lexicon:
    """Words with the number of articles that have them, and the acronyms of all exams as phrases of stems."""

    def __init__(self, words: Mapping[str, int], acronyms: Iterable[tuple[str, str]] = ()) -> None:
        self.words = words
        self.size = max(words.values(), default=1)  # about the number of articles: one word is in nearly all
        self.stems: dict[str, int] = defaultdict(int)
        for stem_, docs in zip(stem_all(list(words)), words.values(), strict=True):
            self.stems[stem_] += docs
        self.expansions: dict[Phrase, set[Phrase]] = defaultdict(set)
        for short, long in acronyms:
            pair = phrase_of(short), phrase_of(long)
            self.expansions[pair[0]].add(pair[1])
            self.expansions[pair[1]].add(pair[0])
        self.longest_expansion = max(map(len, self.expansions), default=0)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.words)

    @cached_property
    def _alike(self) -> dict[tuple[str, int], list[str]]:
        """The words by first letter and length."""
        groups: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self.words:
            if word.isalpha() and word.isascii():
                groups[word[0], len(word)].append(word)
        return groups

    def docs(self, stem_: str) -> int:
        """About how many articles have a stem."""
        return min(self.stems.get(stem_, 0), self.size)

    def complete(self, beginning: str) -> list[str]:
        """The words that begin so, those first that most articles have."""
        start = bisect_left(self._sorted, beginning)
        end = bisect_left(self._sorted, beginning + "\U0010ffff", start)
        words = islice(self._sorted, start, min(end, start + 2_000))
        return sorted(words, key=lambda word: (-self.words[word], word))[:MOST_COMPLETIONS]

    def correct(self, word: str) -> str | None:
        """The word of the library that was probably meant."""
        if not (_LEAST_TO_CORRECT <= len(word) <= _LONGEST and word.isascii() and word.isalpha()):
            return None
        most = 2 if len(word) >= _TWO_MISTAKES else 1
        near = [*self._near(word, word[0], most), *self._near_with_another_first_letter(word)]
        if most == 2 and min(near, default=(_WORST,))[0] >= _WORST:
            near += [match for letter in ascii_lowercase for match in self._near(word, letter, most)]
        return min(near)[2] if near else None

    def _near(self, word: str, letter: str, most: int) -> Iterator[Near]:
        """The words with this first letter that are at most so many mistakes away."""
        for length in range(len(word) - most, len(word) + most + 1):
            choices = self._alike.get((letter, length), [])
            matches = process.extract(
                word, choices, scorer=OSA.distance, score_cutoff=most, limit=_CANDIDATES
            )
            for other, distance, _ in matches:
                if other != word:
                    yield self._rated(word, other, distance)

    def _near_with_another_first_letter(self, word: str) -> list[Near]:
        """Those that one mistake at the beginning makes of it: looked up, as there are few."""
        others = {word[1:], word[1] + word[0] + word[2:]}
        others |= {letter + rest for letter in ascii_lowercase for rest in (word, word[1:])}
        return [self._rated(word, other, 1) for other in others - {word} if other in self.words]

    def _rated(self, word: str, other: str, distance: float) -> Near:
        return _unlikeness(word, other, distance), -self.words[other], other

    def split(self, word: str) -> tuple[str, str] | None:
        """The two words that were probably meant by one."""
        parts = [(word[:at], word[at:]) for at in range(2, len(word) - 1)]
        known = [
            pair for pair in parts if all(self.words.get(part, 0) and part not in LITTLE for part in pair)
        ]
        return max(known, key=lambda pair: min(self.words[part] for part in pair), default=None)


def _unlikeness(word: str, other: str, distance: float) -> float:
    """A letter at another place, and one that should stand twice, are likelier mistakes than a wrong one."""
    same_letters = set(word) == set(other)
    return distance - (0.5 if same_letters else 0) + (0.4 if word[0] != other[0] else 0)


def phrase_of(written: str) -> Phrase:
    """The stems of a phrase."""
    return tuple(stem(word) for words, _ in chunks(written) for word in words)


_READING = threading.Lock()
_NEWEST: WeakKeyDictionary[Engine, tuple[int, Lexicon]] = WeakKeyDictionary()


def lexicon(session: Session) -> Lexicon:
    """The lexicon of this database, read again when its vocabulary has changed: by one thread, the others have the old."""
    engine = session.connection().engine
    version = vocabulary.version(session)
    cached = _NEWEST.get(engine)
    if cached and cached[0] == version:
        return cached[1]
    if not _READING.acquire(blocking=cached is None) and cached:
        return cached[1]
    try:
        _NEWEST[engine] = version, _read(session)
    finally:
        _READING.release()
    return _NEWEST[engine][1]


def _read(session: Session) -> Lexicon:
    listed = session.scalars(select(Exam.acronyms).where(Exam.in_files, Exam.acronyms.is_not(None)))
    acronyms = [pair for exam in listed for pair in (exam or {}).items()]
    return Lexicon(vocabulary.read_words(session, MOST_WORDS), acronyms)
