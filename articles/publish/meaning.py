"""When an item means something else than before, so that an answer given then says nothing now.

A typo, a move, another order of the options costs nobody anything. Kind, key and the number of options do; so do other
numbers in the key ("30 months" is not "36 months"), and another answer in place of the old one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from articles.items import MOST_OPTIONS, Item

COMPARED = 500  # characters; comparing takes their square
ALIKE = 0.5  # of 1: what is less like the old key is another
_NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class Choice:
    """An option's words, and whether it is right."""

    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an item's answer depends on."""

    kind: str
    options: tuple[Choice, ...]
    answer: str


def meaning_of(item: Item) -> Meaning:
    """What an item means now."""
    options = tuple(Choice(option.text, option.right) for option in item.options)
    return Meaning(item.kind, options, _key_text(item.kind, item.answer_text))


def stored_meaning(kind: str, options: Sequence[dict[str, Any]], answer: str) -> Meaning:
    """What a stored text meant."""
    choices = tuple(Choice(option["text"], option["right"]) for option in options)
    return Meaning(kind, choices, _key_text(kind, answer))


def _key_text(kind: str, answer: str) -> str:
    """Of the other kinds, `answer` only explains."""
    return answer if kind in ("card", "term") else ""


def is_changed(before: Meaning, now: Meaning) -> bool:
    """Whether an answer given before says nothing now."""
    if before.kind != now.kind or len(before.options) != len(now.options):
        return True
    if len(now.options) > MOST_OPTIONS:  # nobody publishes it; a preview may hold it
        return before.options != now.options
    if before.answer != now.answer and is_other_key(before.answer, now.answer):
        return True
    pairs = match_options(before.options, now.options)
    if now.kind == "order" and [old for old, _ in pairs] != sorted(old for old, _ in pairs):
        return True
    return any(_is_changed(before.options[old], now.options[new]) for old, new in pairs)


def _is_changed(before: Choice, now: Choice) -> bool:
    return before.right != now.right or (now.right and is_other_key(before.text, now.text))


def is_other_key(before: str, now: str) -> bool:
    """Whether a key is another, and not the same in other words."""
    return numbers_in(before) != numbers_in(now) or likeness(before, now) < ALIKE


def numbers_in(text: str) -> list[str]:
    """Its numbers, without the signs between their digits."""
    return [re.sub(r"\D", "", number) for number in _NUMBER.findall(text)]


def likeness(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1, as far as their first words say; 1 for two empty ones."""
    start, other_start = one[:COMPARED].casefold(), other[:COMPARED].casefold()
    return SequenceMatcher(None, start, other_start, autojunk=False).ratio()


def match_options(before: Sequence[Choice], now: Sequence[Choice]) -> list[tuple[int, int]]:
    """Pairs of an old and a new option, the most alike first; the pairs stand in the order of the new ones."""
    pairs: dict[int, int] = {}
    left = dict(enumerate(before))
    for j, new in enumerate(now):
        if (same := next((i for i, old in left.items() if old.text == new.text), None)) is not None:
            pairs[j] = same
            del left[same]
    alike = [
        (likeness(old.text, new.text), -i, -j)
        for i, old in left.items()
        for j, new in enumerate(now)
        if j not in pairs
    ]
    for _, i, j in sorted(alike, reverse=True):
        if -j not in pairs and -i in left:
            pairs[-j] = -i
            del left[-i]
    return [(pairs[j], j) for j in sorted(pairs)]
