"""A text with one gap: what stands in it opens below, with an explanation if there is one."""

from articles.render.study.draft import OptionDraft
from articles.render.study.workpiece import Workpiece, drop
from articles.render.tree import Element, new_element, parent_of, sub_element, text_of

_GAP = "[…]"


def build(piece: Workpiece) -> None:
    """Make a cloze of the container."""
    parts = piece.begin()
    index = next((i for i, part in enumerate(parts) if part.tag == "hr"), len(parts))
    text, explanation = parts[:index], parts[index + 1 :]
    if index < len(parts):
        drop(parts[index])
    marks = [mark for part in text for mark in part.iter("mark")]
    if len(marks) != 1:
        piece.report(piece.box, "item-mark")
        piece.set_prompt(text)
        return
    gap, answer = _take_gap(marks[0])
    piece.draft.texts["prompt"] = text_of(text)
    gap.text = None  # search has the answer
    piece.tree.visual_texts.append((gap, _GAP))
    piece.set_prompt(text)
    piece.draft.options.append(OptionDraft([answer], [], right=True, line=piece.tree.line(piece.box)))
    piece.draft.answer = explanation
    shown = piece.add_answer("Show the answer")
    paragraph = sub_element(shown, "p")
    paragraph.append(answer)
    paragraph.tail = "\n"
    shown.extend(explanation)


def _take_gap(mark: Element) -> tuple[Element, Element]:
    """Put a gap in place of the mark. The gap, and what stood there."""
    gap, answer = new_element("span", cls="gap"), new_element("strong")
    answer.text, gap.tail = mark.text, mark.tail
    answer.extend(list(mark))
    parent_of(mark).replace(mark, gap)
    gap.text = _GAP
    return gap, answer
