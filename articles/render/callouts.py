"""Callouts: GitHub's five kinds and those of Obsidian and Docusaurus, with titles of their own, open or folded."""

import re
from dataclasses import dataclass

from articles.render.tree import (
    POSITION,
    Element,
    Tree,
    is_blank,
    new_element,
    pop_attribute,
    remove,
    set_attributes,
)

_NAMES = {
    "note": "note info abstract summary tldr todo question help faq example quote cite seealso",
    "tip": "tip hint success check done",
    "important": "important",
    "warning": "warning attention",
    "caution": "caution danger error failure fail missing bug",
}
KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_MARK = re.compile(r"\[!([A-Za-z][\w -]{0,30})(?:\|[^\]\n]{0,60})?\]([+-]?)[ \t]*")
_CONTAINER = re.compile(r"([A-Za-z]+)(?:\s*\[(.*)\]|\s+(.*))?\s*\Z")


@dataclass(frozen=True, slots=True)
class Callout:
    """What its first line says: a name of its own kind, "-" or "+" when it is folded, and the title."""

    name: str
    fold: str
    title: Element

    def build(self, box: Element) -> None:
        """Turn the element that holds the text into a note, or into a part that readers open."""
        if is_blank(self.title):
            self.title.text = self.name.strip().capitalize()
        kind = KINDS.get(self.name.lower(), "note")
        self.title.set("class", "note-title")
        self.title.tail = "\n" + (self.title.tail or "").lstrip()
        box.insert(0, self.title)
        pop_attribute(box, "role")
        set_attributes(box, cls=f"note note-{kind}")
        if not self.fold:
            box.tag, self.title.tag = "div", "p"
            box.set("role", "note")
            return
        box.tag, self.title.tag = "details", "summary"
        if self.fold == "+":
            box.set("open", "")


def convert_callouts(tree: Tree) -> None:
    """Convert the parser's own (GitHub's five), and quotes that begin as one."""
    for box in tree.elements["div"]:
        classes = box.get("class", "").split()
        if classes[:1] == ["markdown-alert"] and len(classes) == 2:
            _convert_parsed(tree, box, classes[1].removeprefix("markdown-alert-"))
    for quote in tree.elements["blockquote"]:
        first = quote[0] if len(quote) else None
        if first is not None and first.tag == "p" and (mark := _MARK.match(first.text or "")):
            first.text = (first.text or "")[mark.end() :]
            quote.text = "\n"
            title = _take_first_line(first)
            if is_blank(first):
                remove(first)
            Callout(mark[1], mark[2], title).build(quote)


def _convert_parsed(tree: Tree, box: Element, name: str) -> None:
    """The parser takes the sign of a folded one for its title."""
    mark = _MARK.search(tree.lines[tree.span(box)[0] - 1])
    fold, title = mark[2] if mark else "", box[0]
    if fold:
        title.text = (title.text or "").removeprefix(fold).lstrip()
    box.remove(title)
    Callout(name, fold, title).build(box)


def _take_first_line(paragraph: Element) -> Element:
    """Move the first line of a paragraph into an element of its own."""
    title = new_element("p")
    if position := paragraph.get(POSITION):
        title.set(POSITION, position)
    title.text, line_end, rest = (paragraph.text or "").partition("\n")
    paragraph.text = rest or None
    while not line_end and len(paragraph):
        child = paragraph[0]
        if child.tag == "br":
            remove(child)
            paragraph.text = (paragraph.text or "").lstrip() or None
            break
        tail, line_end, rest = (child.tail or "").partition("\n")
        child.tail = None
        title.append(child)
        child.tail, paragraph.text = tail, rest or None
    return title


def from_container(box: Element) -> bool:
    """Convert a container `:::` that has the name of a kind, as in Docusaurus. Whether it has one."""
    match = _CONTAINER.match(box.get("class", ""))
    if match is None or match[1].lower() not in KINDS.keys() - {"question"}:
        return False
    title = new_element("p")
    title.text = match[2] or match[3] or ""
    Callout(match[1], "", title).build(box)
    return True
