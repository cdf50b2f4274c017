"""Attributes in braces, as in kramdown, Pandoc and Hugo: ids of headings and widths of pictures count, looks do not."""

import re

from articles.render.headings import own_id
from articles.render.texts import TextSlot, text_slots
from articles.render.tree import HEADING, Element, Tree, is_blank, parent_of, remove

# `{#id .class key=value}` or `{: .class}`; what holds anything else is text.
_VALUE = r"""[\w:-]{1,40}=(?:"[^"{}\n]{0,200}"|'[^'{}\n]{0,200}'|[^\s{}"']{1,200})"""
_NAMES = r"(?:#[^\s{}#.\"']{1,80}|\.[A-Za-z_-][\w-]{0,80}){1,9}"
_ITEM = rf"(?:{_VALUE}|{_NAMES}|-)"
_LIST = rf"\{{:?[ ]{{0,2}}(?:{_ITEM}(?:[ ]{{1,3}}{_ITEM}){{0,20}}|toc)[ ]{{0,2}}\}}"
_BEHIND = re.compile(_LIST)
_AT_END = re.compile(rf"[ \t]{{0,9}}{_LIST}\s*\Z")
_CLOSING = re.compile(r"[ \t]+#+[ \t]*\Z")  # kramdown closes a heading before its attributes
_OWN_LINE = re.compile(rf"^[ \t]{{0,9}}{_LIST}[ \t]*(?:\n|\Z)", re.MULTILINE)
_ID = re.compile(r"#([^\s{}#.\"']+)")
_WIDTH = re.compile(r"\bwidth=[\"']?(\d{1,4})(?:px)?[\"']?(?=[\s}])")
WIDTH = "data-width"  # that an author wants for a picture, in CSS pixels; removed when it is resolved


def apply_attributes(tree: Tree, source: str) -> None:
    """Take attributes out of the text, and keep what they say about ids and widths."""
    if "{" not in source or not _BEHIND.search(source):
        return
    for heading in tree.elements[HEADING]:
        _apply_to_heading(heading)
    dropped: list[int] = []
    for table in tree.elements["table"]:
        _drop_last_row(tree, table, dropped)
    for slot in list(text_slots(tree, "{")):
        if slot.is_tail and slot.element.getparent() is None:
            continue  # its paragraph was removed, and held nothing else
        if slot.is_tail and slot.element.tag in ("img", "a", "em", "strong", "code"):
            _apply_behind(tree, slot, dropped)
        if slot.holder.tag in ("p", "li"):
            _drop_own_lines(tree, slot, dropped)
    if dropped:
        message = "Attributes in braces, like `{: .lead}`, are ignored here, except for ids and widths."
        tree.report(min(dropped), "attributes", message, "Remove them.", "warning")


def _drop_last_row(tree: Tree, table: Element, dropped: list[int]) -> None:
    """Attributes right below a table, which the parser takes for a row of it."""
    row = list(table.iter("tr"))[-1]
    first, *others = row
    if all(map(is_blank, others)) and len(first) == 0 and _AT_END.fullmatch(first.text or ""):
        dropped.append(tree.line(row))
        remove(row)


def _apply_to_heading(heading: Element) -> None:
    last = heading[-1] if len(heading) else None
    slot = TextSlot(heading if last is None else last, last is not None)
    attributes = _AT_END.search(slot.text)
    if attributes is None:
        return
    slot.set(_CLOSING.sub("", slot.text[: attributes.start()]))
    if (name := _ID.search(attributes[0])) and (anchor := own_id(name[1])):
        heading.set("id", anchor)


def _apply_behind(tree: Tree, slot: TextSlot, dropped: list[int]) -> None:
    """Attributes right behind an inline element; only a picture's width counts."""
    attributes = _BEHIND.match(slot.text)
    if attributes is None:
        return
    slot.set(slot.text[attributes.end() :])
    width = _WIDTH.search(attributes[0])
    if slot.element.tag == "img" and width:
        slot.element.set(WIDTH, width[1])
    else:
        dropped.append(tree.line(parent_of(slot.element)))


def _drop_own_lines(tree: Tree, slot: TextSlot, dropped: list[int]) -> None:
    """Attributes on a line of their own are for the block before or after."""
    text, holder = slot.text, slot.holder
    rest = _OWN_LINE.sub(lambda found: found[0] if slot.is_tail and found.start() == 0 else "", text)
    if rest == text:
        return
    dropped.append(tree.line_of_match(holder, _BEHIND))
    slot.set(rest)
    if holder.tag == "p" and len(holder) == 0 and is_blank(holder):
        remove(holder)
