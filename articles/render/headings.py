"""Headings: their ids, anchors, and levels."""

import unicodedata

from articles.render.rendered import Heading
from articles.render.tree import HEADING, Element, Tree, sub_element, text_of

# Prefixes of other ids: of the page around the article, of footnotes and of questions.
RESERVED_PREFIXES = ("page-", "fn-", "fnref-", "question-")

# As GitHub does: letters, marks, digits and connectors stay (TextFilter of github/html-pipeline).
_KEPT = ("L", "M", "Nd", "Pc")


def slug(text: str) -> str:
    """The id that GitHub gives to a heading, changed when its prefix is reserved."""
    lower = unicodedata.normalize("NFC", text.strip().lower())
    plain = "".join(filter(_is_kept, lower)).replace(" ", "-")
    return f"section-{plain}" if plain.startswith(RESERVED_PREFIXES) else plain or "section"


def _is_kept(character: str) -> bool:
    return character in " -" or unicodedata.category(character).startswith(_KEPT)


def assign_ids(tree: Tree) -> list[Heading]:
    """Give each heading an id and a visible anchor, and turn H1 into H2."""
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


def _make_heading(tree: Tree, element: Element, counts: dict[str, int]) -> Heading:
    line, text = tree.line(element), text_of([element])
    if element.tag == "h1":
        message = "The title is the only first-level heading of a page."
        tree.report(line, "heading-1", message, "Begin it with `##`.")
        element.tag = "h2"
    if not text:
        tree.report(line, "heading-empty", "A heading has no words.", "Write them, or remove its line.")
    return Heading(unique_id(slug(text), counts), text, int(element.tag[1]), line)


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
