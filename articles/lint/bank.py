"""Rules about all questions of an exam together."""

from collections import Counter
from collections.abc import Iterable, Iterator
from string import ascii_uppercase

from articles.items import Item
from articles.lint.options import lengths
from articles.problems import Problem

ENOUGH = 20  # questions; of fewer, chance makes what it likes
MOST = 0.40


def lint_bank(items: Iterable[Item]) -> Iterator[Problem]:
    """What somebody who knows nothing would learn from the questions with one right option."""
    questions = [item for item in items if item.kind == "question" and len(lengths(item, right=True)) == 1]
    if len(questions) < ENOUGH:
        return
    total = len(questions)
    places = Counter(_place_of_key(item) for item in questions)
    place, number = max(places.items(), key=lambda pair: (pair[1], -pair[0]))
    if number > MOST * total:
        message = f"{ascii_uppercase[place]} is right in {number} of the {total} questions of this exam."
        yield Problem(1, "bank-key-position", message, "Move the right option in some of them.", "warning")
    longest = sum(_has_longest_key(item) for item in questions)
    if longest > MOST * total:
        message = f"The right option is the longest in {longest} of the {total} questions of this exam."
        yield Problem(
            1, "bank-key-longest", message, "Shorten it in some, or lengthen a wrong one.", "warning"
        )


def _place_of_key(item: Item) -> int:
    return next(index for index, option in enumerate(item.options) if option.right) % len(ascii_uppercase)


def _has_longest_key(item: Item) -> bool:
    return max(lengths(item, right=True)) > max(lengths(item, right=False), default=0)
