"""Rules about an item's options: their number, their lengths, words that two share."""

import re
from collections.abc import Iterator

from articles.items import Item, Option
from articles.problems import Problem

FEWEST, MOST = 3, 5
LONGER_BY = 1.25
LONGER_BY_CHARACTERS = 8  # among short options a quarter is nothing
_SIGNS = re.compile(r"[\W_]+")
_ALL_OR_NONE = re.compile(
    r"\b(?:(?:all|none|both|neither|either|any) of (?:the above|these|those)"
    r"|(?:all|none) of the (?:options|answers|choices)|all (?:the )?above)\b",
    re.IGNORECASE,
)


def repeated(item: Item) -> Iterator[Problem]:
    """An option that says what another has said."""
    seen: set[str] = set()
    for option in item.options:
        words = _SIGNS.sub(" ", option.text.casefold()).strip() or option.text
        if words and words in seen:
            message = f"The option “{option.text}” is there twice."
            yield Problem(option.line, "option-twice", message, "Write another, or remove it.")
        seen.add(words)


def count(item: Item) -> Iterator[Problem]:
    """Too few options are guessed, more than five are never all plausible."""
    number = len(item.options)
    if item.kind == "question" and number > 1 and not FEWEST <= number <= MOST:
        message = f"The question has {number} options."
        hint = "Three to five are best: a third lowers guessing, a sixth is hardly ever chosen."
        yield Problem(item.line, "option-count", message, hint, "warning")


def longest_key(item: Item) -> Iterator[Problem]:
    """Whoever knows nothing takes the longest option."""
    right, wrong = lengths(item, right=True), lengths(item, right=False)
    if item.kind != "question" or not right or not wrong:
        return
    key, other = max(right), max(wrong)
    if key >= other * LONGER_BY and key - other >= LONGER_BY_CHARACTERS:
        message = f"The right option is the longest by far: {key} characters, the next has {other}."
        yield Problem(
            item.line, "key-longest", message, "Shorten it, or say as much in a wrong one.", "warning"
        )


def lengths(item: Item, *, right: bool) -> list[int]:
    """How many characters its right or its wrong options have."""
    return [len(option.text) for option in item.options if option.right is right]


def all_or_none(item: Item) -> Iterator[Problem]:
    """“All of the above” has no place when options are shuffled, and is guessed from two of them."""
    for option in _offered(item):
        if match := _ALL_OR_NONE.search(option.text):
            message = f"An option says “{match[0]}”, which breaks when options are shuffled."
            hint = "Write an option of its own, or make it a “choose two”."
            yield Problem(option.line, "option-all-or-none", message, hint)


def _offered(item: Item) -> tuple[Option, ...]:
    return item.options if item.kind == "question" else ()
