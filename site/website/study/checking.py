"""Whether an answer is right: plain rules over an item's options as they are stored."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AGAIN, HARD, GOOD = 1, 2, 3
LONGEST_WORDS = 200
_ALIKE = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}
)
_TRAILING = " .,;:!?…"
# Accents of Latin, Greek and Cyrillic letters, points of Hebrew and Arabic ones: other marks are letters of their scripts.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")

Options = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered; options go by their index in the file.

    A question has what was `chosen`, a short answer and a cloze the `words`, an order the `places` that its steps
    were given, in the order of the file: 1 is the first, 0 is none.
    """

    chosen: frozenset[int] = frozenset()
    words: str = ""
    places: tuple[int, ...] = ()
    hinted: bool = False  # whether the hint was opened before


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of an answer."""

    given: Given
    is_right: bool
    match: int | None = None  # the option that written words mean

    @property
    def grade(self) -> int:
        """How well it was known: right is good, with a hint hard, and wrong is to come again."""
        if not self.is_right:
            return AGAIN
        return HARD if self.given.hinted else GOOD

    @property
    def choice(self) -> int:
        """The options as bits, the first in the file is bit 0: chosen, meant, or put in their place."""
        in_place = {index for index, place in enumerate(self.given.places) if place == index + 1}
        meant = set() if self.match is None else {self.match}
        return sum(1 << index for index in self.given.chosen | in_place | meant)


def check(kind: str, options: Options, given: Given) -> Checked | None:
    """What came of the answer; None if there is none, which is no mistake."""
    if kind == "question":
        return _check_question(options, given)
    if kind == "order":
        return _check_order(options, given)
    return _check_words(options, given)


def _check_question(options: Options, given: Given) -> Checked | None:
    if not given.chosen:
        return None
    right = {index for index, option in enumerate(options) if option["right"]}
    return Checked(given, given.chosen == right)


def _check_order(options: Options, given: Given) -> Checked | None:
    if not any(given.places):
        return None
    return Checked(given, given.places == tuple(range(1, len(options) + 1)))


def _check_words(options: Options, given: Given) -> Checked | None:
    words, known = comparable(given.words), [comparable(option["text"]) for option in options]
    if not words or (_is_end(words) and not any(map(_is_end, known))):
        return None
    match = known.index(words) if words in known else None
    return Checked(given, match is not None and bool(options[match]["right"]), match)


def comparable(words: str) -> str:
    """Words as they are compared: case, spaces, accents, kinds of quotes and dashes, and what ends them do not count.

    Signs alone, as in `!`, are what is asked for. `static/js/study.js` has the same rule.
    """
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", words.translate(_ALIKE)))
    text = " ".join(bare.lower().replace("ß", "ss").split())
    return text.rstrip(_TRAILING) or text


def _is_end(words: str) -> bool:
    """Whether they are nothing but signs that otherwise end words."""
    return not words.strip(_TRAILING)
