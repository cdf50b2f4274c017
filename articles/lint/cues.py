"""Rules about what points to the right option without any knowledge."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from articles.items import Item
from articles.problems import Problem
from articles.words import singular, words

SHORTEST_CUE = 5  # letters
_ENDS_IN_ARTICLE = re.compile(r"\b(an?)[\s:.…_?]*\Z")
_ACRONYM = re.compile(r"[A-Z]{2}")
_SPELLED_WITH_VOWEL = "AEFHILMNORSX"  # "an HMO"
_SOUNDS_LIKE_CONSONANT = ("uni", "use", "usu", "uti", "eu", "one")
_SOUNDS_LIKE_VOWEL = ("hour", "honest", "honor", "heir", "8", "11 ", "18 ")
_NUMBER = re.compile(r"\W{0,3}(\d[\d,]*(?:\.\d+)?)")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DATE = re.compile(rf"({'|'.join(_MONTHS)}) (\d{{1,2}})(?:, (\d{{4}}))?\b")


def stem_word(item: Item) -> Iterator[Problem]:
    """A word of the question that only the right option repeats."""
    right = [option.text for option in item.options if option.right]
    if item.kind != "question" or len(right) != 1 or len(item.options) < 2:
        return
    asked = _stems(item.prompt_text)
    wrong = _stems(" ".join(option.text for option in item.options if not option.right))
    if shared := (asked.keys() & _stems(right[0]).keys()) - wrong.keys():
        cues = ", ".join(sorted(asked[cue] for cue in shared))
        message = f"Only the right option repeats a word of the question: {cues}."
        hint = "Use the word in a wrong option too, or another word in the question."
        yield Problem(item.line, "stem-word-in-key", message, hint, "warning")


def _stems(text: str) -> dict[str, str]:
    """The words that mean something, by what their forms share."""
    return {
        _without_ending(word): word
        for word in words(text)
        if len(word) >= SHORTEST_CUE and not word.isdigit() and singular(word)
    }


def _without_ending(word: str) -> str:
    """Enough to see that two forms are one word."""
    word = word.removesuffix("ly")
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def article(item: Item) -> Iterator[Problem]:
    """“… is an” fits only some of the options."""
    match = _ENDS_IN_ARTICLE.search(item.prompt_text)
    if item.kind != "question" or match is None:
        return
    if any(_takes_an(option.text) is not (match[1] == "an") for option in item.options):
        message = f"The question ends with “{match[1]}”, which does not fit every option."
        yield Problem(item.line, "a-an-cue", message, "Put the article into the options.", "warning")


def _takes_an(text: str) -> bool:
    if _ACRONYM.match(text):
        return text[0] in _SPELLED_WITH_VOWEL
    lower = f"{text.lower()} "
    if lower.startswith(_SOUNDS_LIKE_VOWEL):
        return True
    return lower.startswith(tuple("aeiou")) and not lower.startswith(_SOUNDS_LIKE_CONSONANT)


def numbers(item: Item) -> Iterator[Problem]:
    """Numbers and dates stand in their order, so that nobody searches for them."""
    values = quantities([option.text for option in item.options])
    if item.kind != "question" or len(values) < 3:
        return
    if not is_sorted(values) and not is_sorted(values[::-1]):
        yield Problem(
            item.line,
            "numbers-out-of-order",
            "The options are numbers or dates in no order.",
            "Let them rise.",
            "warning",
        )


def quantities(texts: Sequence[str]) -> list[tuple[float, ...]]:
    """What texts that all begin with a number or an American date ("March 2, 2026") amount to; otherwise nothing."""
    values = [_quantity(text) for text in texts]
    return [value for value in values if value] if all(values) else []


def _quantity(text: str) -> tuple[float, ...]:
    if date := _DATE.match(text):
        return float(date[3] or 0), float(_MONTHS.index(date[1])), float(date[2])
    number = _NUMBER.match(text)
    return (float(number[1].replace(",", "")),) if number else ()


def is_sorted(values: Sequence[tuple[float, ...]]) -> bool:
    """Whether none is smaller than the one before."""
    return all(one <= other for one, other in pairwise(values))
