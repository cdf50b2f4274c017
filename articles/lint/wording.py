"""Rules about words that give an answer away, or that readers overlook."""

import re
from collections.abc import Iterator

from articles.items import Item
from articles.problems import Problem

_ABSOLUTE = re.compile(
    r"\b(?:always|never|absolutely|completely|entirely|totally|invariably|without exception"
    r"|in (?:all|every) cases?|under (?:no|any|all) circumstances)\b",
    re.IGNORECASE,
)
_VERB = r"(?:is|are|was|were|does|do|did|has|have|would|should|can|could|may|must|will)"
_NEGATIVE = re.compile(
    r"\b(?:NOT|EXCEPT|LEAST)\b"
    r"|\b(?i:all of (?:the following|these|those)(?: \w+){0,12},? except)\b"
    rf"|\b(?i:which(?: [\w’'-]+){{0,5}} {_VERB}(?: not|n[’']t))\b"
    rf"|\b(?i:which(?: [\w’'-]+){{0,5}} (?:is|are|would be) (?:the )?(?:false|incorrect|untrue|wrong|least))\b"
)


def absolute(item: Item) -> Iterator[Problem]:
    """Who knows the test, and not the matter, rules out what is always so."""
    for option in item.options if item.kind == "question" else ():
        if match := _ABSOLUTE.search(option.text):
            message = f"An option says “{match[0]}”: readers rule it out by that word."
            yield Problem(option.line, "absolute-words", message, "Say when it holds.", "warning")


def negative(item: Item) -> Iterator[Problem]:
    """Questions for what is not so are misread."""
    if item.kind == "question" and (match := _NEGATIVE.search(item.prompt_text)):
        message = f"The question asks for what is not so: “{match[0]}”."
        yield Problem(item.line, "negative-stem", message, "Ask for what is so.", "warning")
