"""Callouts: GitHub's five kinds and those of Obsidian and Docusaurus, with titles of their own, open or folded."""

import re
from dataclasses import dataclass

from articles.render import markdown
from articles.render.tree import (
    POSITION,
    Element,
    Tree,
    is_blank,
    new_element,
    parse,
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
# `{note}` of MyST, `{.note}` of Pandoc, `{.callout-note title="A" collapse="true"}` of Quarto.
_IN_BRACES = re.compile(r"\{\s*(?:\.callout-|\.)?([A-Za-z]+)(?=[\s}])([^{}]*)\}\s*(.*)\Z")
_TITLE = re.compile(r"""\btitle=["']([^"']*)["']""")
_FOLDED = re.compile(r"""\bcollapse=["']?true""")
_SIGNS = re.compile(r"[*_`\[~=:$&\\^!]")  # of markup in a title


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
    _read_markup(tree, title)
    Callout(name, fold, title).build(box)


def _read_markup(tree: Tree, title: Element) -> None:
    """The parser leaves a title as it is written; what stands in it is Markdown, as in those of other kinds."""
    text = title.text or ""
    if not _SIGNS.search(text) or "<" in text:
        return
    parsed = parse(markdown.to_html(text, math=tree.context.math))
    if len(parsed) != 1 or parsed[0].tag != "p":
        return
    title.text = parsed[0].text
    title.extend(list(parsed[0]))
    for element in title.iter("*"):
        if element is not title:
            pop_attribute(element, POSITION)
            tree.elements.get(str(element.tag), []).append(element)


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
    name, fold, words = _first_line_of(box.get("class", ""))
    if name.lower() in ("details", "spoiler"):
        name, fold, words = "note", "-", words or "Details"
    if name.lower() not in KINDS.keys() - {"question"}:
        return False
    title = new_element("p")
    title.text = words
    Callout(name, fold, title).build(box)
    return True


def _first_line_of(info: str) -> tuple[str, str, str]:
    """The name, the sign of a folded one, and the title that stand behind `:::`; "" for each that does not."""
    if braces := _IN_BRACES.match(info):
        title = _TITLE.search(braces[2])
        return braces[1], "-" if _FOLDED.search(braces[2]) else "", title[1] if title else braces[3]
    match = _CONTAINER.match(info)
    return (match[1], "", match[2] or match[3] or "") if match else ("", "", "")
