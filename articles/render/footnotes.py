"""Footnotes: numbered by us, since a label may hold any character, and linked in both directions.

A reference `[^label]` stands in the text and its note at the end; a backlink leads from the note to the reference.
"""

import re
from collections import Counter
from collections.abc import Iterator, Set
from itertools import islice
from urllib.parse import unquote

from articles.render.texts import text_nodes
from articles.render.tree import Element, Tree, parent_of, remove, set_attributes

_DEFINITION = re.compile(r" {0,3}\[\^([^\]\s]+)\]:")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,300})\]")
_MAX_UNDEFINED = 100  # references that are reported, as each is searched in the source
_FOOTNOTE_LINKS = ("ref", "back", "footnote-backref")

_INLINE = "^["
_INLINE_NOTE = re.compile(r"\^\[(?!\^)([^\[\]\n]{1,1000}+)\](?![(\[:])")  # not `x^[1](#a)`, which is a link
_FENCE = re.compile(r"[\s>]*(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)[^`\n]{0,500}\1")

References = dict[str, list[Element]]  # by the id of the note, as the parser gives it


def has_inline_notes(source: str) -> bool:
    """Whether `^[words]` is a footnote in this text, as in Obsidian and Pandoc.

    All that looks so must be one, and more than a word: `^[a-z]` is a regular expression.
    """
    if _INLINE not in source:
        return False
    lines = [_CODE.sub("", line) for line in _lines_outside_code(source) if _INLINE in line]
    notes = [note for line in lines for note in _INLINE_NOTE.findall(line) if " " in note.strip()]
    return 0 < sum(line.count(_INLINE) for line in lines) == len(notes)


def _lines_outside_code(source: str) -> Iterator[str]:
    fence = ""
    for line in source.split("\n"):
        if match := _FENCE.match(line):
            fence = "" if fence and match[1].startswith(fence) else fence or match[1]
        elif not fence:
            yield line


def link_footnotes(tree: Tree, source: str) -> None:
    """Link references and notes in both directions, and report notes without a reference."""
    if "[^" not in source and _INLINE not in source:
        return
    references = find_references(tree)
    labels = {unquote(note_id.removeprefix("fn-")).casefold() for note_id in references}
    check_definitions(tree, labels)
    for section in tree.elements["section"][:1]:
        _discard_unreachable(tree, section, references)
        if len(section[0]):
            _link_section(tree, section, references)
    unlinked = [link for links in references.values() for link in links if link.get("class") != "ref"]
    tree.discard([parent_of(link) for link in unlinked])  # their note is not shown
    tree.elements["a"] = [link for link in tree.elements["a"] if link.get("class") not in _FOOTNOTE_LINKS]


def find_references(tree: Tree) -> References:
    """The links that the parser made of references."""
    references: References = {}
    for link in tree.elements["a"]:
        if link.get("id", "").startswith("fnref-"):
            link.text = None
            references.setdefault(link.get("href", "")[1:], []).append(link)
    return references


def _discard_unreachable(tree: Tree, section: Element, references: References) -> None:
    """Discard notes without a reference in the text: duplicates, and those referenced only in an alt text."""
    tree.discard([note for note in section[0] if note.get("id") not in references or not backlinks_of(note)])
    remaining = set(tree.elements["a"])
    for links in references.values():
        links[:] = [link for link in links if link in remaining]
    if not len(section[0]):
        tree.discard([section])


def _link_section(tree: Tree, section: Element, references: References) -> None:
    set_attributes(section, cls="footnotes", role="doc-endnotes", aria_label="Footnotes")
    for number, note in enumerate(section[0], 1):
        links, backlinks = references[note.get("id", "")], backlinks_of(note)
        note.set("id", f"fn-{number}")
        for count, (link, backlink) in enumerate(zip(links, backlinks, strict=False), 1):
            _link_pair(tree, link, backlink, number, count)
        for backlink in backlinks[len(links) :]:
            remove(backlink)


def backlinks_of(note: Element) -> list[Element]:
    """The links from a note back to its references."""
    return [link for link in note.iter("a") if link.get("class") == "footnote-backref"]


def _link_pair(tree: Tree, link: Element, backlink: Element, number: int, count: int) -> None:
    """Link the reference that is the `count`th to its note, and the note to that reference."""
    link_id = f"fnref-{number}" if count == 1 else f"fnref-{number}-{count}"
    set_attributes(
        link, id=link_id, cls="ref", role="doc-noteref", href=f"#fn-{number}", aria_label=f"Note {number}"
    )
    for child in list(backlink):  # the parser's own count
        backlink.remove(child)
    backlink.text = None
    label = f"Back to the text, note {number}" + (f", place {count}" if count > 1 else "")
    set_attributes(backlink, href=f"#{link_id}", cls="back", role="doc-backlink", aria_label=label)
    tree.visual_texts += [(link, str(number)), (backlink, "↩" if count == 1 else f"↩{count}")]


def check_definitions(tree: Tree, referenced: Set[str]) -> None:
    """Report notes that are defined twice or never referenced; the parser drops them."""
    code = [tree.span(element) for element in tree.elements["pre"]]
    counts: Counter[str] = Counter()
    for number, source_line in enumerate(tree.lines, 1):
        definition = _DEFINITION.match(source_line) if "]:" in source_line else None
        if definition is None or any(start <= number <= end for start, end in code):
            continue
        name, line = definition[1], number + tree.context.first_line - 1
        counts[name.casefold()] += 1
        if counts[name.casefold()] > 1:
            message = f"The footnote [^{name}] is defined twice."
            tree.report(line, "footnote-duplicate", message, "Keep one of the two.")
        elif name.casefold() not in referenced:
            message = f"The footnote [^{name}] is defined, but the text never refers to it."
            hint = f"Put [^{name}] where the note belongs, or remove it."
            tree.report(line, "footnote-unused", message, hint)


def check_references(tree: Tree) -> None:
    """Report references without a note: the parser leaves them as text."""
    undefined = ((element, name) for element, text in text_nodes(tree) for name in _REFERENCE.findall(text))
    for element, name in islice(undefined, _MAX_UNDEFINED):
        line = tree.line_of_match(element, re.compile(re.escape(f"[^{name}]")))
        hint = f"Add a line that begins with `[^{name}]:`."
        tree.report(line, "footnote-undefined", f"The footnote [^{name}] is not defined.", hint, "warning")
