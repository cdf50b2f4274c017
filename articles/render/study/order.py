"""Steps in their right order: shown shuffled, with the order and its reason to open."""

import hashlib
from copy import deepcopy
from functools import partial

from articles.render.study.draft import OptionDraft
from articles.render.study.options import split_words
from articles.render.study.workpiece import Workpiece
from articles.render.tree import Element, is_blank, new_element, pop_attribute, sub_element, text_of

FEWEST = 3


def build(piece: Workpiece) -> None:
    """Make an order of the container."""
    parts = piece.begin()
    index = next((i for i, part in enumerate(parts) if part.tag == "ol"), len(parts))
    piece.set_prompt(parts[:index])
    if index == len(parts):
        piece.report(piece.box, "item-steps")
        return
    steps, reason = parts[index], parts[index + 1 :]
    if len(steps) < FEWEST:
        piece.report(steps, "item-steps")
    for step in steps:
        _take_step(piece, step)
    if not any(not is_blank(part) for part in reason):
        piece.report(steps, "item-no-reason")
    piece.draft.answer = reason
    shuffled = sub_element(piece.box, "ul", cls="steps")
    shuffled.tail = "\n"
    answer = piece.add_answer("Show the order")
    answer.extend([steps, *reason])
    piece.late.append(partial(_show_shuffled, shuffled, piece.draft.options))


def _take_step(piece: Workpiece, step: Element) -> None:
    line = piece.tree.line(step)
    words, rest = split_words(step)
    if words.getparent() is None:
        step.insert(0, words)
    if is_blank(words):
        piece.report(step, "question-empty-option")
    piece.draft.options.append(OptionDraft([words], rest, right=True, line=line))


def _show_shuffled(shuffled: Element, steps: list[OptionDraft]) -> None:
    """Copies of the steps: made when the text for search was taken, as it has the steps already."""
    for step in shuffle(steps):
        item = new_element("li")
        copy = deepcopy(step.words[0])
        item.text, item.tail = copy.text, "\n"
        item.extend(list(copy))
        for inner in item.iter("*"):
            pop_attribute(inner, "id")
        shuffled.append(item)


def shuffle(steps: list[OptionDraft]) -> list[OptionDraft]:
    """The steps in an order that is always the same, and never the right one."""
    all_words = text_of(step.words[0] for step in steps)

    def place(step: OptionDraft) -> str:
        return hashlib.sha256(f"{all_words}\n{step.text}".encode()).hexdigest()

    shuffled = sorted(steps, key=place)
    return [*shuffled[1:], shuffled[0]] if shuffled == steps else shuffled
