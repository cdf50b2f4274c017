"""The parsed body that the transforms work on, and helpers for its elements."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from articles.problems import Level, Problem
from articles.render.rendered import RenderContext

Element = etree._Element
POSITION = "data-sourcepos"
SEPARATOR = "\ue000"  # between blocks while they are serialized; removed from the articles themselves
HEADING = "heading"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
INDEXED_TAGS = (
    *HEADINGS,
    HEADING,
    "a",
    "img",
    "div",
    "section",
    "table",
    "pre",
    "input",
    "blockquote",
    "mark",
    "del",
)

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_pis=True, collect_ids=False)
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML
_ATTRIBUTE_NAMES = {"cls": "class", "aria_label": "aria-label"}


@dataclass(slots=True)
class Tree:
    """The elements, the source lines they came from, and the problems so far."""

    root: Element
    lines: list[str]
    context: RenderContext
    problems: list[Problem] = field(default_factory=list)
    # Texts to set in elements after the text for search has been taken.
    visual_texts: list[tuple[Element, str]] = field(default_factory=list)
    # Elements to take the place of an element's text after that, like the formula of TeX.
    visual_parts: list[tuple[Element, Element]] = field(default_factory=list)
    elements: dict[str, list[Element]] = field(default_factory=dict)  # by tag
    # A long line is searched only once.
    _matches: dict[tuple[int, int, re.Pattern[str]], int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Walk the tree once; what our transforms add later is not in `elements`."""
        self.elements = {tag: [] for tag in INDEXED_TAGS}
        for element in self.root.iter(*INDEXED_TAGS):
            self.elements[HEADING if element.tag in HEADINGS else str(element.tag)].append(element)

    def span(self, element: Element) -> tuple[int, int]:
        """The first and last line of the body from which the element, or the nearest one around it, came."""
        current: Element | None = element
        while current is not None:
            position = current.get(POSITION)
            if position:
                start, _, end = position.partition("-")
                return int(start.partition(":")[0]), int(end.partition(":")[0])
            current = current.getparent()
        return 1, len(self.lines)

    def discard(self, elements: list[Element]) -> None:
        """Remove elements, also from `elements`, with everything inside them."""
        if not elements:
            return
        discarded = {inner for element in elements for inner in element.iter()}
        for tag, indexed in self.elements.items():
            self.elements[tag] = [element for element in indexed if element not in discarded]
        for element in elements:
            remove(element)

    def line(self, element: Element) -> int:
        """The line of the file on which the element begins."""
        return self.span(element)[0] + self.context.first_line - 1

    def line_of_match(self, element: Element, pattern: re.Pattern[str]) -> int:
        """The line of the file where the pattern first matches within the element's lines, or else its first line."""
        start, end = self.span(element)
        return (self.find_line(start, end, pattern) or start) + self.context.first_line - 1

    def find_line(self, start: int, end: int, pattern: re.Pattern[str]) -> int | None:
        """The line of the body, from `start` to `end`, where the pattern first matches."""
        key = (start, end, pattern)
        if key not in self._matches:
            lines = range(start, min(end, len(self.lines)) + 1)
            self._matches[key] = next(
                (number for number in lines if pattern.search(self.lines[number - 1])), None
            )
        return self._matches[key]

    def report(self, line: int, code: str, message: str, hint: str, level: Level = "error") -> None:
        """Record a problem at a line of the file."""
        self.problems.append(Problem(line, code, message, hint, level))


def parse(html: str) -> Element:
    """Parse well-formed HTML below one root. Raises `etree.XMLSyntaxError` when it nests too deeply."""
    document = f"<body>{html.replace(SEPARATOR, '')}</body>"
    try:
        return etree.fromstring(document, _PARSER)
    except etree.XMLSyntaxError:
        allowed = _FORBIDDEN.sub("", document)
        if allowed == document:
            raise
        return etree.fromstring(allowed, _PARSER)


def new_element(tag: str, **attributes: str) -> Element:
    """A new element; see `set_attributes` for the names of attributes."""
    element = etree.Element(tag)
    set_attributes(element, **attributes)
    return element


def sub_element(parent: Element, tag: str, **attributes: str) -> Element:
    """A new element at the end of another."""
    element = etree.SubElement(parent, tag)
    set_attributes(element, **attributes)
    return element


def set_attributes(element: Element, **attributes: str) -> None:
    """Set attributes; `cls` is class and `aria_label` is aria-label."""
    for name, value in attributes.items():
        element.set(_ATTRIBUTE_NAMES.get(name, name), value)


def pop_attribute(element: Element, name: str) -> str:
    """Remove an attribute. Its value, or ""."""
    value = element.get(name)
    if value is None:
        return ""
    del element.attrib[name]
    return value


def parent_of(element: Element) -> Element:
    """The parent of an element below the root."""
    parent = element.getparent()
    if parent is None:
        raise ValueError("the root has no parent")
    return parent


def wrap(element: Element, wrapper: Element) -> None:
    """Put an element into a wrapper that takes its place."""
    wrapper.tail, element.tail = element.tail, None
    wrapper.set(POSITION, element.get(POSITION, ""))
    parent_of(element).replace(element, wrapper)
    wrapper.append(element)


def remove(element: Element, instead: str = "") -> None:
    """Remove an element with its content, and keep the text that follows it."""
    parent = parent_of(element)
    text = instead + (element.tail or "")
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    element.tail = None
    parent.remove(element)


def _texts(element: Element) -> Iterator[str]:
    return cast("Iterator[str]", element.itertext())  # lxml's stubs allow bytes too


def is_blank(element: Element) -> bool:
    """Whether an element has neither words nor images."""
    return not any(map(str.strip, _texts(element))) and next(element.iter("img"), None) is None


def text_of(elements: Iterable[Element]) -> str:
    """The plain text of elements on one line."""
    return " ".join(word for element in elements for word in "".join(_texts(element)).split())
