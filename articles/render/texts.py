"""The pieces of text in a body, and elements put in their place: what CommonMark left as text and authors mean otherwise."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from articles.render.tree import Element, Tree, parent_of

Make = Callable[[re.Match[str], Element], Element | str | None]


@dataclass(frozen=True, slots=True)
class TextSlot:
    """A place of text: in an element before its first child, or with `is_tail` behind the element."""

    element: Element
    is_tail: bool

    @property
    def text(self) -> str:
        """What stands there."""
        return (self.element.tail if self.is_tail else self.element.text) or ""

    def set(self, text: str) -> None:
        """Write another text there."""
        if self.is_tail:
            self.element.tail = text
        else:
            self.element.text = text

    @property
    def holder(self) -> Element:
        """The element that the text is in, which has its source lines."""
        return parent_of(self.element) if self.is_tail else self.element

    def insert(self, element: Element) -> "TextSlot":
        """Put an element behind the text. The place behind that element."""
        if self.is_tail:
            text, self.element.tail = self.element.tail, None
            self.element.addnext(element)
            self.element.tail = text
        else:
            self.element.insert(0, element)
        return TextSlot(element, is_tail=True)


def slot_before(element: Element) -> TextSlot:
    """The place of the text right before an element."""
    previous = element.getprevious()
    if previous is None:
        return TextSlot(parent_of(element), is_tail=False)
    return TextSlot(previous, is_tail=True)


def text_slots(tree: Tree, containing: str = "") -> Iterator[TextSlot]:
    """Every piece of text that is neither code nor a formula; those without what it must contain are passed over."""
    verbatim = {
        inner for outer in tree.root.iter("code", "math", "pre") for inner in outer.iter()
    }  # coloring makes spans there
    for element in tree.root.iter("*"):
        text, tail = element.text, element.tail
        if text and containing in text and element not in verbatim:
            yield TextSlot(element, is_tail=False)
        if tail and containing in tail and element.getparent() not in verbatim:
            yield TextSlot(element, is_tail=True)


def text_nodes(tree: Tree) -> Iterator[tuple[Element, str]]:
    """Every piece of text that is neither code nor a formula, with the element that has its source lines."""
    return ((slot.holder, slot.text) for slot in text_slots(tree))


def replace_text(tree: Tree, sign: str, pattern: re.Pattern[str], make: Make) -> None:
    """Put an element or another text in place of each match in a text; None leaves the match as it is.

    `sign` is in every text that the pattern matches.
    """
    for slot in [slot for slot in text_slots(tree, sign) if pattern.search(slot.text)]:
        _replace_in(slot, pattern, make)


def _replace_in(slot: TextSlot, pattern: re.Pattern[str], make: Make) -> None:
    text, holder, parts, end = slot.text, slot.holder, list[str](), 0
    for match in pattern.finditer(text):
        made = make(match, holder)
        parts.append(text[end : match.start()])
        end = match.end()
        if made is None or isinstance(made, str):
            parts.append(match[0] if made is None else made)
            continue
        slot.set("".join(parts))
        slot, parts = slot.insert(made), []
    slot.set("".join(parts) + text[end:])


class LineFinder:
    """Finds the lines of texts that are looked for in their order, without searching a line twice in vain."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._from: dict[Element, int] = {}

    def find(self, holder: Element, text: str) -> int:
        """The line of the file where the text stands, or else where the element around it begins."""
        start, end = self._tree.span(holder)
        lines, first = self._tree.lines, self._from.get(holder, start)
        numbers = range(first, min(end, len(lines)) + 1) if end > start else range(0)
        found = next((number for number in numbers if text in lines[number - 1]), first)
        self._from[holder] = found
        return found + self._tree.context.first_line - 1


def is_in_link(element: Element) -> bool:
    """Whether an element is a link, or stands in one."""
    return element.tag == "a" or next(element.iterancestors("a"), None) is not None
