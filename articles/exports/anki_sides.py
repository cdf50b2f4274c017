"""The two sides of an item's note in Anki: plain HTML that needs no style of ours, with absolute URLs."""

import hashlib
from collections.abc import Iterable, Mapping
from html import escape
from string import ascii_uppercase
from typing import Any

from articles.models import StudyItem, StudyText
from articles.render import for_feed

Options = list[dict[str, Any]]
_GAP = '<span class="gap">[…]</span>'  # as it is stored


def front_of(item: StudyItem, text: StudyText, page: str, story: str = "") -> str:
    """What is asked: after the story of its case, with a question's options or an order's steps, and the hint to open.

    `page` is the absolute URL of the item's article.
    """
    above = f"{story}\n<hr>\n" if story else ""
    shown = for_feed(f"{above}{text.prompt}\n{_choices(item, text.options)}", page)
    hint = for_feed(text.hint, page) if text.hint else ""
    return f"{shown}\n<details><summary>Hint</summary>{hint}</details>" if hint else shown


def back_of(item: StudyItem, text: StudyText, page: str, title: str) -> str:
    """What is right and why, then what is not; the source, and the way to the article. `page` is its absolute URL."""
    parts = [_answer(item, text), text.answer]
    if text.source:
        parts.append(f"<p>Source: {text.source}</p>")
    parts.append(f'<p>From <a href="{page}#question-{item.key}">{escape(title)}</a></p>')
    return for_feed("\n".join(part for part in parts if part), page)


def _choices(item: StudyItem, options: Options) -> str:
    if item.kind == "question":
        right = sum(bool(option["right"]) for option in options)
        ask = f"<p><em>Choose {right}.</em></p>" if right > 1 else ""
        return ask + "".join(
            f"<p>{letter}. {option['html']}</p>" for letter, option in _with_letters(options)
        )
    if item.kind == "order":
        steps = "".join(f"<li>{option['html']}</li>" for option in shuffled(item.key, options))
        return f"<ul>{steps}</ul>"
    return ""


def _answer(item: StudyItem, text: StudyText) -> str:
    if item.kind == "question":
        return _reasons(
            ((f"{letter}. ", option) for letter, option in _with_letters(text.options)), "Not right"
        )
    if item.kind == "answer":
        return _reasons((("", option) for option in text.options), "Not accepted")
    if item.kind == "order":
        steps = "".join(f"<li>{option['html']}{option['why']}</li>" for option in text.options)
        return f"<ol>{steps}</ol>"
    if item.kind == "cloze":
        return text.prompt.replace(_GAP, f"<strong>{text.options[0]['html']}</strong>")
    return ""


def _reasons(options: Iterable[tuple[str, Mapping[str, Any]]], wrong_title: str) -> str:
    """The options with their reasons, the right ones first; each comes with what stands before it."""
    sides: dict[bool, list[str]] = {True: [], False: []}
    for before, option in options:
        words = f"{before}{option['html']}"
        shown = f"<strong>{words}</strong>" if option["right"] else words
        sides[bool(option["right"])].append(f"<p>{shown}</p>\n{option['why']}")
    wrong = [f"<hr>\n<p><em>{wrong_title}:</em></p>", *sides[False]] if sides[False] else []
    return "\n".join([*sides[True], *wrong])


def _with_letters(options: Options) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((ascii_uppercase[i % 26] * (i // 26 + 1), option) for i, option in enumerate(options))


def shuffled(key: str, steps: Options) -> Options:
    """The steps in an order that stays the same for an item, and is not the right one."""

    def place(step: Mapping[str, Any]) -> bytes:
        return hashlib.sha256(f"{key}\n{step['text']}".encode()).digest()

    mixed = sorted(steps, key=place)
    return mixed if mixed != steps else [*mixed[1:], *mixed[:1]]
