"""Marked words, letters above and below the line, emoji codes: what some Markdown has and CommonMark leaves as text."""

import re

from lxml import etree

from articles.render.markdown import emoji
from articles.render.texts import replace_text, slot_before
from articles.render.tree import POSITION, Element, Tree, new_element

_WORD_BEFORE = re.compile(r"[A-Za-z0-9_)\]]")
_UNWRAP = "unwrap"
# The sign comes first, and what stands before it after that: so the search jumps from sign to sign.
_ABOVE = re.compile(r"\^(?<=[\w)\]]\^)([\w+−–-]{1,12})\^(?![\w^])")
_EMOJI = re.compile(r":(?<![\w:]:)([a-z][a-z0-9_+-]{1,40}|[+-]1|100):(?![\w:])")


def apply_marks(tree: Tree, source: str) -> None:
    """Make elements of `x^2^`, `H~2~O` and `:smile:`, and text of what was no mark."""
    for mark in tree.elements["mark"]:
        _unmark_comparison(mark)
    if tree.elements["mark"]:
        etree.strip_tags(tree.root, _UNWRAP)  # all at once, as each would copy the text before it
    for deleted in tree.elements["del"]:
        _lower(deleted)
    if "^" in source and _ABOVE.search(source):
        replace_text(tree, "^", _ABOVE, _raise)
    if ":" in source and _EMOJI.search(source):
        replace_text(tree, ":", _EMOJI, lambda code, _holder: emoji(code[1]))


def _raise(match: re.Match[str], _holder: Element) -> Element:
    above = new_element("sup")
    above.text = match[1]
    return above


def _unmark_comparison(mark: Element) -> None:
    """In `x==1 and y==2` nothing is marked: signs stand between words on both sides."""
    before = slot_before(mark).text[-1:]
    if POSITION not in mark.attrib or not _WORD_BEFORE.match(before):
        return
    mark.tag = _UNWRAP
    mark.text = f"=={mark.text or ''}"
    if len(mark):
        mark[-1].tail = f"{mark[-1].tail or ''}=="
    else:
        mark.text += "=="


def _lower(deleted: Element) -> None:
    """One tilde behind a letter is a letter below the line, as in `H~2~O`; elsewhere it strikes out, as on GitHub."""
    text, before = deleted.text or "", slot_before(deleted).text[-1:]
    start, _, end = deleted.get(POSITION, "").partition("-")
    columns = [place.partition(":")[2] for place in (start, end)]
    if len(deleted) or not text or len(text) > 12 or not text.isascii() or not all(columns):
        return
    if int(columns[1]) - int(columns[0]) + 1 == len(text) + 2 and before.isalnum() and text.isalnum():
        deleted.tag = "sub"
