"""Cards: a front, and a back that opens."""

from articles.render.study.workpiece import Workpiece, drop
from articles.render.tree import HEADINGS, Element, is_blank


def build(piece: Workpiece) -> None:
    """Make a card of the container."""
    parts = piece.begin()
    index = next((i for i, part in enumerate(parts) if part.tag == "hr"), len(parts))
    front, back = parts[:index], parts[index + 1 :]
    if index < len(parts):
        drop(parts[index])
    for heading in [part for part in parts if _is_underlined(piece, part)]:
        piece.report(heading, "item-heading-line")
    if index == len(parts) or not any(not is_blank(part) for part in back):
        piece.report(piece.box, "item-sides")
    piece.set_prompt(front, "item-sides")
    if back:
        piece.draft.answer = back
        piece.add_answer("Show the back").extend(back)


def _is_underlined(piece: Workpiece, part: Element) -> bool:
    """Whether it is a heading because `---` stands directly under text."""
    first, last = piece.tree.span(part)
    return part.tag in HEADINGS and last > first and piece.tree.lines[last - 1].strip().startswith("-")
