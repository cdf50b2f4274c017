"""Headings: their ids, anchors, and levels."""

import re
import unicodedata

from lxml import etree

from articles.render.rendered import Heading
from articles.render.tree import HEADING, HEADINGS, Element, Tree, is_blank, sub_element, text_of
from articles.words import words

# Prefixes of other ids: of the page around the article, of footnotes and of questions.
FOOTNOTE_PREFIXES = ("fn-", "fnref-")
RESERVED_PREFIXES = ("page-", "fn-", "fnref-", "question-")

# As GitHub does: letters, marks, digits and connectors stay (TextFilter of github/html-pipeline).
_KEPT = ("L", "M", "Nd", "Pc")
_DROPPED_OF_ASCII = re.compile("[^a-z0-9_ -]")


def slug(text: str) -> str:
    """The id that GitHub gives to a heading, changed when its prefix is reserved."""
    lower = text.strip().lower()
    if lower.isascii():  # ten times faster than asking for each character's category
        plain = _DROPPED_OF_ASCII.sub("", lower).replace(" ", "-")
    else:
        plain = "".join(filter(_is_kept, unicodedata.normalize("NFC", lower))).replace(" ", "-")
    return f"section-{plain}" if plain.startswith(RESERVED_PREFIXES) else plain or "section"


def own_id(name: str) -> str:
    """The id that an author gave to an element: theirs, changed when its prefix is reserved."""
    plain = unicodedata.normalize("NFC", "-".join(name.split()))
    return f"section-{plain}" if plain.startswith(RESERVED_PREFIXES) else plain


def keep_author_ids(tree: Tree) -> list[str]:
    """The ids of an author's own elements; one that a heading has, or another element before, is removed."""
    taken = {element.get("id") for element in tree.elements[HEADING]}
    kept: list[str] = []
    empty: list[Element] = []
    for element in tree.root.iter(etree.Element):
        name = element.get("id")
        if name is None or element.tag in HEADINGS or name.startswith(FOOTNOTE_PREFIXES):
            continue
        if name in taken:
            del element.attrib["id"]
            if element.tag == "a" and "href" not in element.attrib and is_blank(element):
                empty.append(element)
        else:
            taken.add(name)
            kept.append(name)
    tree.discard(empty)
    return kept


def _is_kept(character: str) -> bool:
    return character in " -" or unicodedata.category(character).startswith(_KEPT)


def assign_ids(tree: Tree) -> list[Heading]:
    """Give each heading an id and a visible anchor, and keep H1 for the title."""
    drop_title(tree)
    lower_levels(tree)
    counts: dict[str, int] = {}
    headings = []
    for element in tree.elements[HEADING]:
        heading = _make_heading(tree, element, counts)
        element.set("id", heading.id)
        anchor = sub_element(
            element, "a", cls="anchor", href=f"#{heading.id}", aria_label="Link to this section"
        )
        tree.visual_texts.append((anchor, "#"))
        headings.append(heading)
    check_levels(tree, headings)
    return headings


def drop_title(tree: Tree) -> None:
    """Remove the first H1 if it says what the title says: the page shows that above the text."""
    first = next((element for element in tree.elements[HEADING] if element.tag == "h1"), None)
    if first is None or not words(tree.context.title) == words(text_of([first])) != []:
        return
    line = tree.line(first)
    tree.discard([first])
    if len(tree.root) == 0:
        tree.report(line, "empty-body", "The article has only its title.", "Write it, or remove the file.")


def lower_levels(tree: Tree) -> None:
    """If there is another H1, make every heading one level lower, so that all keep their places below it."""
    firsts = [element for element in tree.elements[HEADING] if element.tag == "h1"]
    for element in firsts:
        message = (
            "The title is the only first-level heading of a page; this one became a second-level heading."
        )
        tree.report(tree.line(element), "heading-1", message, "Begin it with `##`.", "warning")
    if firsts:
        for element in tree.elements[HEADING]:
            element.tag = f"h{min(6, int(element.tag[1]) + 1)}"


def _make_heading(tree: Tree, element: Element, counts: dict[str, int]) -> Heading:
    line, text = tree.line(element), text_of([element])
    if not text:
        tree.report(
            line, "heading-empty", "A heading is empty.", "Write its text, or remove the line.", "warning"
        )
    own = element.get("id", "")  # see `attributes`
    if own in counts:
        message = f"The heading id #{own} is used twice, so links go to the first."
        tree.report(line, "id-twice", message, "Give it another id.", "warning")
    return Heading(unique_id(own or slug(text), counts), text, int(element.tag[1]), line)


def unique_id(base: str, counts: dict[str, int]) -> str:
    """The slug, or the slug with the first unused number; `counts` has the last number of each slug."""
    unique = base
    while unique in counts:
        counts[base] += 1
        unique = f"{base}-{counts[base]}"
    counts[unique] = 0
    return unique


def check_levels(tree: Tree, headings: list[Heading]) -> None:
    """Warn of headings that skip a level."""
    previous = 1
    for heading in headings:
        if heading.level > previous + 1:
            message = f"The heading jumps from level {previous} to level {heading.level}."
            hint = f"Begin it with `{'#' * (previous + 1)}`: levels go down one at a time."
            tree.report(heading.line, "heading-step", message, hint, "warning")
        previous = heading.level
