"""Cases: a story, and the items that ask about it."""

from articles.render.study.header import read_header
from articles.render.study.workpiece import Workpiece
from articles.render.tree import Element


def build(piece: Workpiece) -> None:
    """Make a case of the container; its items are built after it."""
    parts = piece.begin()
    index = next((i for i, part in enumerate(parts) if is_item(part)), len(parts))
    if index == len(parts):
        piece.report(piece.box, "item-case")
    for part in parts[index:]:
        if not is_item(part):
            piece.report(part, "item-case")
    piece.set_prompt(parts[:index], "item-case")


def is_item(part: Element) -> bool:
    """Whether it is a container that will be an item."""
    return part.tag == "div" and read_header(part.get("class", "")) is not None
