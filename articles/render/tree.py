"""The parsed body while it is being worked on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from articles.render.rendered import Context, Level, Problem

Element = etree._Element
POSITION = "data-sourcepos"
SEPARATOR = "\ue000"  # stands between blocks while they are written; no article may hold it
HEADING = "heading"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
WANTED = (*HEADINGS, HEADING, "a", "img", "div", "section", "table", "pre", "input")

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_pis=True, collect_ids=False)
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot carry
_NAMES = {"cls": "class", "aria_label": "aria-label"}


@dataclass(slots=True)
class Tree:
    """Elements, the source lines they came from, and the problems found so far."""

    root: Element
    lines: list[str]
    context: Context
    problems: list[Problem] = field(default_factory=list)
    late: list[tuple[Element, str]] = field(
        default_factory=list
    )  # words for the eye that the search must not find
    found: dict[str, list[Element]] = field(default_factory=dict)
    sought: dict[tuple[int, int, re.Pattern[str]], int | None] = field(
        default_factory=dict
    )  # a long line is searched once

    def __post_init__(self) -> None:
        """Walk the tree once; what our own transforms add later is not in `found`."""
        self.found = {tag: [] for tag in WANTED}
        for element in self.root.iter(*WANTED):
            self.found[HEADING if element.tag in HEADINGS else str(element.tag)].append(element)

    def span(self, element: Element) -> tuple[int, int]:
        """Give the first and the last line of the body that the element, or the nearest around it, came from."""
        found: Element | None = element
        while found is not None:
            position = found.get(POSITION)
            if position:
                start, _, end = position.partition("-")
                return int(start.partition(":")[0]), int(end.partition(":")[0])
            found = found.getparent()
        return 1, len(self.lines)

    def discard(self, elements: list[Element]) -> None:
        """Take elements out with all that was found in them."""
        if not elements:
            return
        gone = {inner for element in elements for inner in element.iter()}
        for tag, found in self.found.items():
            self.found[tag] = [kept for kept in found if kept not in gone]
        for element in elements:
            remove(element)

    def line(self, element: Element) -> int:
        """Give the line of the file on which the element begins."""
        return self.span(element)[0] + self.context.first_line - 1

    def seek(self, element: Element, pattern: re.Pattern[str]) -> int:
        """Give the line of the file where the pattern stands within the element's lines, or else its first line."""
        start, end = self.span(element)
        return (self.find(start, end, pattern) or start) + self.context.first_line - 1

    def find(self, start: int, end: int, pattern: re.Pattern[str]) -> int | None:
        """Give the line of the body, from `start` to `end`, where the pattern stands first."""
        key = (start, end, pattern)
        if key not in self.sought:
            lines = range(start, min(end, len(self.lines)) + 1)
            self.sought[key] = next(
                (number for number in lines if pattern.search(self.lines[number - 1])), None
            )
        return self.sought[key]

    def report(self, line: int, code: str, message: str, mend: str, level: Level = "error") -> None:
        """Remember a problem at a line of the file."""
        self.problems.append(Problem(line, code, message, mend, level))


def parse(html: str) -> Element:
    """Parse well-formed HTML below one root; raises `etree.XMLSyntaxError` when it nests too deeply."""
    document = f"<body>{html.replace(SEPARATOR, '')}</body>"
    try:
        return etree.fromstring(document, _PARSER)
    except etree.XMLSyntaxError:
        clean = _FORBIDDEN.sub("", document)
        if clean == document:
            raise
        return etree.fromstring(clean, _PARSER)


def make(tag: str, **attributes: str) -> Element:
    """Make an element; see `put` for the names of attributes."""
    element = etree.Element(tag)
    put(element, **attributes)
    return element


def add(parent: Element, tag: str, **attributes: str) -> Element:
    """Make an element at the end of another."""
    element = etree.SubElement(parent, tag)
    put(element, **attributes)
    return element


def put(element: Element, **attributes: str) -> None:
    """Set attributes; those that are no Python names have others here."""
    for name, value in attributes.items():
        element.set(_NAMES.get(name, name), value)


def take(element: Element, name: str) -> str:
    """Remove an attribute and give its value, or nothing."""
    value = element.get(name)
    if value is None:
        return ""
    del element.attrib[name]
    return value


def parent_of(element: Element) -> Element:
    """Give the parent of an element below the root."""
    parent = element.getparent()
    if parent is None:
        raise ValueError("the root has no parent")
    return parent


def wrap(element: Element, wrapper: Element) -> None:
    """Put a wrapper where the element stood, with the element inside."""
    wrapper.tail, element.tail = element.tail, None
    wrapper.set(POSITION, element.get(POSITION, ""))
    parent_of(element).replace(element, wrapper)
    wrapper.append(element)


def remove(element: Element, instead: str = "") -> None:
    """Take an element out, its content too, and leave the text after it in place."""
    parent = parent_of(element)
    text = instead + (element.tail or "")
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    element.tail = None
    parent.remove(element)


def _texts(element: Element) -> Iterator[str]:
    return cast("Iterator[str]", element.itertext())  # of a document that was text itself, never bytes


def is_blank(element: Element) -> bool:
    """Say whether an element has neither words nor images."""
    return not any(map(str.strip, _texts(element))) and next(element.iter("img"), None) is None


def text_of(elements: Iterable[Element]) -> str:
    """Give the plain text of elements on one line."""
    return " ".join(word for element in elements for word in "".join(_texts(element)).split())


def prose(tree: Tree) -> Iterable[tuple[Element, str]]:
    """Give every piece of text that is not code, with the element whose lines hold it."""
    for element in tree.root.iter("*"):
        if element.text and element.tag != "code":
            yield element, element.text
        if element.tail:
            yield parent_of(element), element.tail
