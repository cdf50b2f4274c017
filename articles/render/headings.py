"""Headings: ids that links point at, a visible anchor, and the contents list."""

import re

from articles.render.rendered import Heading
from articles.render.tree import HEADING, Element, Tree, add, text_of

RESERVED = (
    "page-",
    "fn-",
    "fnref-",
    "question-",
)  # ids of the page around the article, of notes and of questions

_DROPPED = re.compile(r"[^\w\- ]")


def slug(text: str) -> str:
    """Make the anchor that GitHub makes of a heading, out of the way of every reserved id."""
    plain = _DROPPED.sub("", text.strip().lower()).replace(" ", "-")
    return f"section-{plain}" if plain.startswith(RESERVED) else plain or "section"


def number(tree: Tree) -> list[Heading]:
    """Give each heading its id, and make an H1 an H2."""
    taken: dict[str, int] = {}
    headings = []
    for element in tree.found[HEADING]:
        heading = _read(tree, element, taken)
        element.set("id", heading.id)
        anchor = add(element, "a", cls="anchor", href=f"#{heading.id}", aria_label="Link to this section")
        tree.late.append((anchor, "#"))
        headings.append(heading)
    _check_steps(tree, headings)
    return headings


def _read(tree: Tree, element: Element, taken: dict[str, int]) -> Heading:
    line, text = tree.line(element), text_of([element])
    if element.tag == "h1":
        message = "The title is the only first-level heading of a page."
        tree.report(line, "heading-1", message, "Begin it with `##`.")
        element.tag = "h2"
    if not text:
        tree.report(line, "heading-empty", "A heading has no words.", "Write them, or remove its line.")
    return Heading(_unique(slug(text), taken), text, int(element.tag[1]), line)


def _unique(wanted: str, taken: dict[str, int]) -> str:
    """Give the slug, or the slug with the first free number; `taken` remembers the last number of each."""
    found = wanted
    while found in taken:
        taken[wanted] += 1
        found = f"{wanted}-{taken[wanted]}"
    taken[found] = 0
    return found


def _check_steps(tree: Tree, headings: list[Heading]) -> None:
    before = 1
    for heading in headings:
        if heading.level > before + 1:
            message = f"The heading jumps from level {before} to level {heading.level}."
            mend = f"Begin it with `{'#' * (before + 1)}`: levels go down one at a time."
            tree.report(heading.line, "heading-step", message, mend, "warning")
        before = heading.level
