"""All rules for single items."""

from collections.abc import Callable, Iterable, Iterator

from articles.items import Item
from articles.lint import cues, options, reasons, wording
from articles.problems import Problem

Rule = Callable[[Item], Iterator[Problem]]

ANY_LANGUAGE: tuple[Rule, ...] = (options.repeated, options.count, options.longest_key, cues.numbers)
IN_ENGLISH: tuple[Rule, ...] = (
    options.all_or_none, reasons.names_letter, wording.absolute, wording.negative, cues.stem_word, cues.article,
)  # fmt: skip


def lint_items(items: Iterable[Item], language: str | None) -> list[Problem]:
    """What is wrong with the items; rules about words hold where the language is English, or not said."""
    is_english = not language or language.split("-")[0].lower() == "en"
    rules = ANY_LANGUAGE + (IN_ENGLISH if is_english else ())
    return [problem for item in items for rule in rules for problem in rule(item)]
